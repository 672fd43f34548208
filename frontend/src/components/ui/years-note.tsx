/** Below two year fields: what was done with years that could not be used as typed. */
export function YearsNote({ text }: { text: string | null }) {
  return (
    <p
      role="status"
      data-testid="years-note"
      className={text ? "w-full text-glow text-sm leading-snug" : "sr-only"}
    >
      {text}
    </p>
  );
}

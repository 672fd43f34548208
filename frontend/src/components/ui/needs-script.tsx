/** Shown only where no script runs. */
export function NeedsScript({ what }: { what: string }) {
  return (
    <noscript>
      <p data-testid="needs-script" className="mb-4 text-soft text-sm">
        {what} needs JavaScript, which is off in this browser.
      </p>
    </noscript>
  );
}

/** A text mark of our own for the source of metadata; no logo file is shipped. */
export function TmdbMark() {
  return (
    <svg viewBox="0 0 64 26" className="mt-0.5 h-6 w-auto shrink-0" role="img" aria-label="TMDB">
      <rect width="64" height="26" rx="8" fill="#0d253f" />
      <text
        x="32"
        y="18"
        textAnchor="middle"
        fontSize="14"
        fontWeight="800"
        letterSpacing="1"
        fill="#5fd3c4"
        fontFamily="system-ui, sans-serif"
      >
        TMDB
      </text>
    </svg>
  );
}

const LINK = "button absolute top-2 left-2 z-50 -translate-y-20 focus:translate-y-0";

/** The first stops of the keyboard: past the header, and on a user's page past the list as well. */
export function SkipLinks() {
  return (
    <>
      <a href="#main" className={LINK}>
        Skip to content
      </a>
      <a href="#profile" className={`skip-to-profile ${LINK}`}>
        Skip to profile
      </a>
    </>
  );
}

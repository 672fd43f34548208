/** Light, dark, or as the system says; in a cookie, so that the first paint is right. */
export const THEME_COOKIE = "marquee_theme";
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const YEAR_S = 365 * 24 * 3_600;

export function themeFrom(text: string | undefined): Theme {
  return THEMES.find((theme) => theme === text) ?? "system";
}

export function themeCookie(theme: Theme): string {
  return `${THEME_COOKIE}=${theme}; Path=/; Max-Age=${theme === "system" ? 0 : YEAR_S}; SameSite=Lax`;
}

import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import { CurrentUserProvider } from "@/components/shell/current-user";
import { Footer } from "@/components/shell/footer";
import { Header } from "@/components/shell/header";
import { SkipLinks } from "@/components/shell/skip-links";
import { USER_COOKIE } from "@/lib/current-user";
import { idFrom } from "@/lib/ids";
import { THEME_COOKIE, themeFrom } from "@/lib/theme";
import { display, displayExtended } from "./fonts";
import "./globals.css";

const DESCRIPTION = "Movies ranked for you, and the arithmetic behind every pick.";

export const metadata: Metadata = {
  title: { default: "Marquee", template: "%s · Marquee" },
  description: DESCRIPTION,
  openGraph: { siteName: "Marquee", type: "website", title: "Marquee", description: DESCRIPTION },
};

export const viewport: Viewport = {
  themeColor: [{ media: "(prefers-color-scheme: light)", color: "#faf6ee" }, { color: "#0d0b0e" }],
};

export default async function RootLayout({ children }: { children: React.ReactNode }) {
  const jar = await cookies();
  const userId = idFrom(jar.get(USER_COOKIE)?.value);
  const theme = themeFrom(jar.get(THEME_COOKIE)?.value);
  return (
    <html lang="en" className={`${display.variable} ${displayExtended.variable}`} data-theme={theme}>
      <body className="flex min-h-dvh flex-col font-sans antialiased">
        <CurrentUserProvider initial={userId}>
          <SkipLinks />
          <Header />
          <main
            id="main"
            tabIndex={-1}
            className="mx-auto w-full max-w-[88rem] flex-1 min-[100rem]:max-w-[114rem] px-4 pb-20 outline-none sm:px-6 lg:px-10"
          >
            {children}
          </main>
          <Footer theme={theme} />
        </CurrentUserProvider>
      </body>
    </html>
  );
}

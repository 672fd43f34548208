import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import { CurrentUserProvider } from "@/components/shell/current-user";
import { Footer } from "@/components/shell/footer";
import { Header } from "@/components/shell/header";
import { USER_COOKIE } from "@/lib/current-user";
import { idFrom } from "@/lib/ids";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Marquee", template: "%s · Marquee" },
  description: "Movies ranked for you, and the arithmetic behind every pick.",
};

export const viewport: Viewport = {
  themeColor: [{ media: "(prefers-color-scheme: light)", color: "#faf6ee" }, { color: "#0d0b0e" }],
};

export default async function RootLayout({ children }: { children: React.ReactNode }) {
  const userId = idFrom((await cookies()).get(USER_COOKIE)?.value);
  return (
    <html lang="en">
      <body className="flex min-h-dvh flex-col font-sans antialiased">
        <CurrentUserProvider initial={userId}>
          <a href="#main" className="button absolute top-2 left-2 z-50 -translate-y-20 focus:translate-y-0">
            Skip to content
          </a>
          <Header />
          <main
            id="main"
            tabIndex={-1}
            className="mx-auto w-full max-w-[88rem] flex-1 px-4 pb-20 outline-none sm:px-6 lg:px-10"
          >
            {children}
          </main>
          <Footer />
        </CurrentUserProvider>
      </body>
    </html>
  );
}

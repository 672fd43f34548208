import { HeaderSearch } from "./header-search";
import { UserMenu } from "./user-menu";
import { Wordmark } from "./wordmark";

export function Header() {
  return (
    <header className="sticky top-0 z-40 border-line border-b bg-page/90 backdrop-blur-md">
      <div className="mx-auto flex h-16 w-full max-w-[88rem] items-center gap-3 px-4 sm:gap-6 sm:px-6 lg:px-10">
        <Wordmark />
        <HeaderSearch />
        <UserMenu />
      </div>
    </header>
  );
}

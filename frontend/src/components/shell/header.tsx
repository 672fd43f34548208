import { HeaderSearch } from "./header-search";
import { UserMenu } from "./user-menu";
import { Wordmark } from "./wordmark";

export function Header() {
  return (
    <header className="relative z-40 [@media(min-width:40rem)_and_(min-height:30rem)]:sticky sm:top-0 border-line border-b bg-page/90 backdrop-blur-md">
      <div className="mx-auto flex w-full max-w-[88rem] flex-wrap min-[100rem]:max-w-[114rem] items-center justify-between gap-x-3 gap-y-2.5 px-4 py-2.5 sm:h-16 sm:flex-nowrap sm:gap-x-6 sm:px-6 sm:py-0 lg:px-10">
        <Wordmark />
        <HeaderSearch />
        <UserMenu />
      </div>
    </header>
  );
}

"use client";

import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { userCookie } from "@/lib/current-user";

interface CurrentUser {
  userId: number | null;
  setUserId: (id: number | null) => void;
}

const Context = createContext<CurrentUser>({ userId: null, setUserId: () => {} });

export const useCurrentUser = (): CurrentUser => useContext(Context);

/** Holds who is looking for the whole page, and keeps it in the cookie that the server reads next time. */
export function CurrentUserProvider({ initial, children }: { initial: number | null; children: ReactNode }) {
  const [userId, keep] = useState(initial);
  const setUserId = useCallback((id: number | null) => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and on plain http
    document.cookie = userCookie(id);
    keep(id);
  }, []);
  const value = useMemo(() => ({ userId, setUserId }), [userId, setUserId]);
  return <Context value={value}>{children}</Context>;
}

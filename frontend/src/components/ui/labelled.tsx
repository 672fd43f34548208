import type { ReactNode } from "react";

export function Labelled({
  label,
  htmlFor,
  children,
}: {
  label: string;
  htmlFor: string;
  children: ReactNode;
}) {
  return (
    <div>
      <label htmlFor={htmlFor} className="mb-1 block font-semibold text-soft text-xs">
        {label}
      </label>
      {children}
    </div>
  );
}

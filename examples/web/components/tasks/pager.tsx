"use client";

import type { Page } from "@drawbridge/client";
import { useEffect } from "react";

import { useTexts } from "@/components/texts/texts";

import styles from "./pager.module.css";
import type { Step } from "./use-task-filters";

/** How many there are, which page this is, and the way to the others. */
export function Pager(props: { page: Page<unknown>; wanted: number; onPage: (page: number, step?: Step) => void }) {
  const { page, wanted, onPage } = props;
  const { t, count } = useTexts();
  const pages = Math.max(page.pages, 1);
  const beyond = page.items.length === 0 && page.total > 0 && wanted > pages;

  // The last task of the last page was deleted, or the URL is old: go where there is something.
  useEffect(() => {
    if (beyond) onPage(pages, "replace");
  }, [beyond, pages, onPage]);

  if (page.total === 0) return null;
  return (
    <div className={styles.pager}>
      <p>{count("tasks.count", page.total)}</p>
      {pages > 1 && (
        <nav className={styles.nav} aria-label={t("pages")}>
          <button type="button" className="button" disabled={wanted <= 1} onClick={() => onPage(wanted - 1)}>
            {t("pages.previous")}
          </button>
          <ol className={styles.numbers}>
            {numbersOf(wanted, pages).map((number, place, all) => (
              <li key={number}>
                {place > 0 && number - (all[place - 1] ?? 0) > 1 && <span aria-hidden="true">… </span>}
                <button
                  type="button"
                  className="button plain"
                  aria-label={t("pages.page", { page: number })}
                  aria-current={number === wanted ? "page" : undefined}
                  onClick={() => onPage(number)}
                >
                  {number}
                </button>
              </li>
            ))}
          </ol>
          <span>{t("pages.of", { page: wanted, pages })}</span>
          <button type="button" className="button" disabled={wanted >= pages} onClick={() => onPage(wanted + 1)}>
            {t("pages.next")}
          </button>
        </nav>
      )}
    </div>
  );
}

/** The first, the last, and those around this one. */
function numbersOf(wanted: number, pages: number): number[] {
  const near = [1, wanted - 1, wanted, wanted + 1, pages].filter((number) => number >= 1 && number <= pages);
  return [...new Set(near)].sort((one, other) => one - other);
}

"use client";

import type { Page } from "@drawbridge/client";
import { useEffect } from "react";

import styles from "./pager.module.css";
import type { Step } from "./use-task-filters";

/** How many there are, which page this is, and the way to the others. */
export function Pager(props: { page: Page<unknown>; wanted: number; onPage: (page: number, step?: Step) => void }) {
  const { page, wanted, onPage } = props;
  const pages = Math.max(page.pages, 1);
  const beyond = page.items.length === 0 && page.total > 0 && wanted > pages;

  // The last task of the last page was deleted, or the URL is old: go where there is something.
  useEffect(() => {
    if (beyond) onPage(pages, "replace");
  }, [beyond, pages, onPage]);

  if (page.total === 0) return null;
  return (
    <div className={styles.pager}>
      <p>{page.total === 1 ? "1 task" : `${page.total} tasks`}</p>
      {pages > 1 && (
        <nav className={styles.nav} aria-label="Pages">
          <button type="button" className="button" disabled={wanted <= 1} onClick={() => onPage(wanted - 1)}>
            Previous page
          </button>
          <span>
            Page {wanted} of {pages}
          </span>
          <button type="button" className="button" disabled={wanted >= pages} onClick={() => onPage(wanted + 1)}>
            Next page
          </button>
        </nav>
      )}
    </div>
  );
}

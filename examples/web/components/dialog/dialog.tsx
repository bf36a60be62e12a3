"use client";

import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

import styles from "./dialog.module.css";

/**
 * A modal dialog while it is mounted. The browser's own <dialog> keeps the focus inside, gives it to the first control,
 * closes at Esc, and gives the focus back to where it was.
 */
export function Dialog(props: { title: string; role?: "alertdialog"; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      role={props.role}
      aria-labelledby={title}
      onCancel={(event) => {
        // Whether it closes is the parent's to say, by unmounting it.
        event.preventDefault();
        props.onClose();
      }}
    >
      <h2 id={title}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}

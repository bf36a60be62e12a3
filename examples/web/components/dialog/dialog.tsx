"use client";

import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

import styles from "./dialog.module.css";

/**
 * A modal dialog while it is mounted. The browser's own <dialog> keeps the focus inside, gives it to the first control,
 * closes at Esc, and gives the focus back to where it was.
 */
export function Dialog(props: {
  title: string;
  role?: "alertdialog";
  /** In place of `onClose`, at Esc. */
  onEscape?: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const onEscape = props.onEscape ?? props.onClose;
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
      onKeyDown={(event) => {
        // Esc that ends a composition is the input method's. Without this the browser would close the dialog at a second Esc,
        // whatever onCancel says.
        if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
        event.preventDefault();
        onEscape();
      }}
      onCancel={(event) => {
        // Whether it closes is the parent's to say, by unmounting it.
        event.preventDefault();
        onEscape();
      }}
    >
      <h2 id={title}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}

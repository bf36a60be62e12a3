"use client";

import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";

import styles from "./bridge.module.css";
import { CheckList } from "./check-list";
import { KeyList, useKeySet } from "./key-set";
import { Lane } from "./lane";
import { RequestList } from "./request-list";
import type { Say } from "./texts";
import { partsOf } from "./token";
import { TokenView } from "./token-view";
import { TrialButtons } from "./trial-buttons";
import type { BridgeSettings } from "./trials";

interface BridgeProps {
  settings: BridgeSettings;
  say: Say;
  /** For times, such as `en-GB`. */
  locale: string;
}

/**
 * The bridge at work, along the bottom of a page: what each request meets on its way, what the API checked, the token and the
 * keys. It takes nothing from the page but its props, so other projects can take this folder.
 */
export default function Bridge(props: BridgeProps) {
  const { settings, say } = props;
  const [open, setOpen] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  const crossings = useCrossings(settings);
  const now = useSeconds();

  function close() {
    setOpen(false);
    toggle.current?.focus();
  }

  return (
    <aside className={styles.bridge} aria-label={say("bridge.title")}>
      {open && <Panel {...props} now={now} onClose={close} />}
      <div className={styles.bar}>
        <button
          ref={toggle}
          type="button"
          className={styles.button}
          aria-expanded={open}
          disabled={now === 0}
          onClick={() => (open ? close() : setOpen(true))}
        >
          {say("bridge.open")}
        </button>
        <Lane
          crossings={crossings}
          now={now}
          bySession={settings.credentials === "session"}
          holds={settings.heldToken() !== null}
          say={say}
        />
      </div>
    </aside>
  );
}

function Panel({ settings, say, locale, now, onClose }: BridgeProps & { now: number; onClose: () => void }) {
  const crossings = useCrossings(settings);
  const [chosenId, setChosenId] = useState<number | null>(null);
  const chosen = crossings.list.find(({ id }) => id === chosenId) ?? crossings.list[0] ?? crossings.watch;
  const held = settings.heldToken();
  const token = chosen?.token ?? held?.token ?? null;
  const kid = token === null ? undefined : partsOf(token)?.header.kid;
  const keysUrl = `${settings.authUrl}/jwks`;
  const keySet = useKeySet(keysUrl, typeof kid === "string" ? kid : null);
  const bySession = settings.credentials === "session";
  const dialog = useSheet(onClose);

  return (
    <dialog
      ref={dialog}
      className={styles.panel}
      aria-label={say("bridge.title")}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className={styles.head}>
        <h2>{say("bridge.title")}</h2>
        <button type="button" className={styles.button} aria-label={say("bridge.close")} onClick={onClose}>
          ✕
        </button>
      </div>
      <TrialButtons settings={settings} say={say} onCrossed={({ id }) => setChosenId(id)} />
      <div className={styles.parts}>
        <RequestList crossings={crossings} chosen={chosen} locale={locale} say={say} onChoose={setChosenId} />
        <div className={styles.stack}>
          {chosen !== null && (
            <CheckList crossing={chosen} keys={keySet.keys} bySession={bySession} now={now} say={say} />
          )}
        </div>
        <div className={styles.stack}>
          <TokenView
            token={token}
            renewsAt={held !== null && held.token === token ? held.renewsAt : null}
            bySession={bySession}
            docsUrl={`${settings.apiUrl}/docs`}
            now={now}
            locale={locale}
            say={say}
          />
          <KeyList set={keySet} url={keysUrl} kid={typeof kid === "string" ? kid : null} say={say} />
        </div>
      </div>
    </dialog>
  );
}

const onPhone = "(max-width: 719px)";

/** Open beside the page where there is room, and over it on a phone, where the focus then stays inside. */
function useSheet(onClose: () => void) {
  const dialog = useRef<HTMLDialogElement>(null);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    // Where a modal dialog is open, Esc is its own.
    if (event.key === "Escape" && document.querySelector("dialog:modal") === null) onClose();
  });
  useLayoutEffect(() => {
    const element = dialog.current;
    if (window.matchMedia(onPhone).matches) element?.showModal();
    else element?.show();
    return () => element?.close();
  }, []);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  return dialog;
}

function useCrossings({ record }: BridgeSettings) {
  return useSyncExternalStore(record.subscribe, record.current, record.current);
}

/** The time in milliseconds, each second; 0 until the page is alive, since the server's differs. */
function useSeconds(): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    const tick = () => setNow(Date.now());
    tick();
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

import styles from "./inspector.module.css";

/** In place of the token, where requests go by the session's cookie. No script can read it, so there is nothing to show. */
export function CookiePanel() {
  return (
    <section className={styles.panel}>
      <h3>Session</h3>
      <p className="hint">
        This page holds no token. The browser sends the session&apos;s cookie along with each request, and the API asks
        Better Auth whose it is.
      </p>
    </section>
  );
}

import styles from "./brand.module.css";

/** What the page is about, drawn: a gate at the water, its bridge on the way down to the other bank. */
export function BridgePicture() {
  return (
    <svg viewBox="0 0 400 360" className={styles.picture} aria-hidden="true">
      <circle cx="286" cy="92" r="46" className={styles.moon} />
      <path d="M0 268c60-10 92-10 150 0v92H0zM322 262c28-6 52-6 78 0v98h-78z" className={styles.bank} />
      <path d="M42 270V96h22v20h18V96h24v20h18V96h22v174h-24v-46a28 28 0 0 0-56 0v46z" className={styles.wall} />
      <path d="M62 150h12v24H62zM114 150h12v24h-12z" className={styles.lamp} />
      <path d="M146 122 300 214" className={styles.chain} />
      <path d="m146 264 164-46" className={styles.deck} strokeWidth="12" />
      <path d="m322 262 0-22" className={styles.deck} strokeWidth="6" />
      <path d="M0 306c33-14 67-14 100 0s67 14 100 0 67-14 100 0 67 14 100 0v54H0z" className={styles.river} />
      <path d="M0 330c33-14 67-14 100 0s67 14 100 0 67-14 100 0 67 14 100 0" className={styles.wave} />
    </svg>
  );
}

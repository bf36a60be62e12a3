import type { Task } from "@drawbridge/client";

import { TagChip } from "@/components/tags/tag-chip";
import { useTexts } from "@/components/texts/texts";
import { isOver, parseApiTime, showRelative, showTime } from "@/lib/dates";

import { CompleteCheckbox } from "./complete-checkbox";
import styles from "./task-row.module.css";

export function TaskRow(props: {
  task: Task;
  /** Milliseconds; what was due before is overdue. */
  now: number;
  isSelected: boolean;
  onSelect: (on: boolean) => void;
  onComplete: (completed: boolean) => Promise<boolean>;
  onEdit: () => void;
  onDelete: () => void;
}) {
  const { task, now } = props;
  const { t, locale } = useTexts();
  const { title } = task;
  const overdue = !task.completed && isOver(task.due_date, now);
  const time = (text: string) => (
    <time dateTime={parseApiTime(text)?.toISOString()} title={showTime(text, locale)}>
      {showRelative(text, now, locale)}
    </time>
  );
  const [beforeDue, afterDue] = t("tasks.due", { time: "|" }).split("|");
  const [beforeReminder, afterReminder] = t("tasks.reminder", { time: "|" }).split("|");
  return (
    <li className={styles.row} data-task={task.id} data-completed={task.completed} data-selected={props.isSelected}>
      <label className={styles.check}>
        <input
          type="checkbox"
          className={styles.select}
          aria-label={t("tasks.select", { title })}
          checked={props.isSelected}
          onChange={(event) => props.onSelect(event.target.checked)}
        />
      </label>
      <CompleteCheckbox task={task} onComplete={props.onComplete} />
      <div className={styles.body}>
        <button
          type="button"
          className={styles.title}
          data-title=""
          dir="auto"
          aria-label={t("tasks.edit", { title })}
          onClick={props.onEdit}
        >
          {title}
        </button>
        {task.description && (
          <p className={styles.description} dir="auto">
            {task.description}
          </p>
        )}
      </div>
      <div className={styles.facts}>
        {overdue && <span className={styles.overdue}>{t("tasks.overdue")}</span>}
        {task.due_date && (
          <span>
            {beforeDue}
            {time(task.due_date)}
            {afterDue}
          </span>
        )}
        {task.reminder_at && (
          <span>
            {beforeReminder}
            {time(task.reminder_at)}
            {afterReminder}
          </span>
        )}
        {task.priority && <span className={styles[task.priority]}>{t(`priority.${task.priority}`)}</span>}
        {task.tags.map((tag) => (
          <TagChip key={tag.id} tag={tag} />
        ))}
      </div>
      <button
        type="button"
        className={`button plain ${styles.delete}`}
        aria-label={t("tasks.delete", { title })}
        onClick={props.onDelete}
      >
        {t("delete")}
      </button>
    </li>
  );
}

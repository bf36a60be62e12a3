import type { Task } from "@drawbridge/client";

import { TagChip } from "@/components/tags/tag-chip";
import { isOver, showTime } from "@/lib/dates";

import { CompleteCheckbox } from "./complete-checkbox";
import styles from "./task-row.module.css";

const priorityNames = { low: "Low", medium: "Medium", high: "High" } as const;

export function TaskRow(props: {
  task: Task;
  /** Milliseconds; what was due before is overdue. */
  now: number;
  onEdit: () => void;
  onDelete: () => void;
}) {
  const { task } = props;
  const overdue = !task.completed && isOver(task.due_date, props.now);
  return (
    <li className={styles.row} data-completed={task.completed}>
      <CompleteCheckbox task={task} />
      <div className={styles.body}>
        <p className={styles.title}>{task.title}</p>
        {task.description && <p className={styles.description}>{task.description}</p>}
        <div className={styles.facts}>
          {overdue && <span className={styles.overdue}>Overdue</span>}
          {task.due_date && <span>Due {showTime(task.due_date)}</span>}
          {task.reminder_at && <span>Reminder {showTime(task.reminder_at)}</span>}
          {task.priority && <span className={styles[task.priority]}>{priorityNames[task.priority]}</span>}
          {task.tags.map((tag) => (
            <TagChip key={tag.id} tag={tag} />
          ))}
        </div>
      </div>
      <div className={styles.actions}>
        <button type="button" className="button plain" aria-label={`Edit ${task.title}`} onClick={props.onEdit}>
          Edit
        </button>
        <button type="button" className="button plain" aria-label={`Delete ${task.title}`} onClick={props.onDelete}>
          Delete
        </button>
      </div>
    </li>
  );
}

import { type ReactNode, useId } from "react";

import { draftFields } from "./task-draft";

type Name = Exclude<keyof typeof draftFields, "tagIds">;

/** What a control needs to belong to its label, its hint and its error. */
interface ControlProps {
  id: string;
  name: Name;
  className: string;
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
}

/** A field of the task form: label, control, and what is wrong with it. */
export function TaskField(props: {
  name: Name;
  error: string | undefined;
  hint?: string;
  children: (control: ControlProps) => ReactNode;
}) {
  const id = useId();
  const note = props.error ?? props.hint;
  return (
    <div className="field">
      <label htmlFor={id}>{draftFields[props.name]}</label>
      {props.children({
        id,
        name: props.name,
        className: "input",
        "aria-invalid": props.error !== undefined,
        "aria-describedby": note === undefined ? undefined : `${id}-note`,
      })}
      {note !== undefined && (
        <p id={`${id}-note`} className={props.error === undefined ? "hint" : "fault"}>
          {note}
        </p>
      )}
    </div>
  );
}

import { type ReactNode, useId } from "react";

import { useTexts } from "@/components/texts/texts";

import { draftFields } from "./task-draft";

type Name = Exclude<keyof typeof draftFields, "tagIds">;

/** What a control needs to belong to its label, its hint and its error. */
interface ControlProps {
  id: string;
  name: Name;
  className: string;
  dir: "auto" | undefined;
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
  const { t } = useTexts();
  const id = useId();
  const note = props.error ?? props.hint;
  return (
    <div className="field">
      <label htmlFor={id}>{t(draftFields[props.name])}</label>
      {props.children({
        id,
        name: props.name,
        className: "input",
        dir: props.name === "title" || props.name === "description" ? "auto" : undefined,
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

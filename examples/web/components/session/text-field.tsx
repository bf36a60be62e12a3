import { useId } from "react";

/** A labelled, required field of one line. */
export function TextField(props: {
  label: string;
  name: string;
  type: "text" | "email" | "password";
  autoComplete: string;
  minLength?: number;
  hint?: string;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        className="input"
        name={props.name}
        type={props.type}
        autoComplete={props.autoComplete}
        minLength={props.minLength}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        required
      />
      {props.hint && (
        <p id={`${id}-hint`} className="hint">
          {props.hint}
        </p>
      )}
    </div>
  );
}

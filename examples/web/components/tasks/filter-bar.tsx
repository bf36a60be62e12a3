"use client";

import { type ReactNode, useId, useState } from "react";

import { TagCheckboxes } from "@/components/tags/tag-checkboxes";
import { useTags } from "@/components/tags/tag-queries";
import { useTexts } from "@/components/texts/texts";
import { startOfDay } from "@/lib/dates";
import {
  countFilters,
  filtersAnything,
  isReversed,
  noFilters,
  priorities,
  sortChoices,
  statuses,
  type TaskFilters,
  withTag,
} from "@/lib/task-filters";
import type { Texts } from "@/lib/texts";

import styles from "./filter-bar.module.css";
import { SearchField } from "./search-field";
import type { ChangeFilters } from "./use-task-filters";

/** Everything that decides which tasks are shown, and in which order: what is set stands there as chips. */
export function FilterBar({ filters, onChange }: { filters: TaskFilters; onChange: ChangeFilters }) {
  const texts = useTexts();
  const { t } = texts;
  const [shown, setShown] = useState(false);
  const panel = useId();
  const active = countFilters(filters);
  return (
    <search className={styles.bar} aria-label={t("filters.form")}>
      <SearchField value={filters.search} onSearch={(search) => onChange({ search }, "replace")} />
      <button
        type="button"
        className="button"
        aria-expanded={shown}
        aria-controls={panel}
        onClick={() => setShown(!shown)}
      >
        {active === 0 ? t("filters") : t("filters.active", { count: active })}
        {active > 0 && <span className="unseen">{t("filters.active.unseen")}</span>}
      </button>
      <Sort filters={filters} onChange={onChange} />
      <Chips filters={filters} onChange={onChange} />
      <div id={panel} className={`card ${styles.panel}`} hidden={!shown}>
        <FilterPanel filters={filters} onChange={onChange} />
      </div>
    </search>
  );
}

function FilterPanel({ filters, onChange }: { filters: TaskFilters; onChange: ChangeFilters }) {
  const { t } = useTexts();
  const tags = useTags();
  return (
    <>
      <div className={styles.fields}>
        <Choice
          label={t("filters.status")}
          value={filters.status}
          options={statuses.map((status) => [status, t(`filters.status.${status}`)] as const)}
          onChange={(status) => onChange({ status })}
        />
        <Choice
          label={t("filters.priority")}
          value={filters.priority}
          options={[
            ["", t("filters.priority.any")],
            ...priorities.map((priority) => [priority, t(`priority.${priority}`)] as const),
          ]}
          onChange={(priority) => onChange({ priority })}
        />
        <Day label={t("filters.from")} value={filters.dueFrom} onChange={(dueFrom) => onChange({ dueFrom })} />
        <Day
          label={t("filters.until")}
          value={filters.dueUntil}
          fault={isReversed(filters) ? t("filters.reversed") : undefined}
          onChange={(dueUntil) => onChange({ dueUntil })}
        />
      </div>
      {tags.data && tags.data.length > 0 && (
        <TagCheckboxes
          legend={t("filters.tags")}
          tags={tags.data}
          chosen={filters.tags}
          onChange={(id, on) => onChange(withTag(filters, id, on))}
        />
      )}
    </>
  );
}

function Sort({ filters, onChange }: { filters: TaskFilters; onChange: ChangeFilters }) {
  const { t } = useTexts();
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="unseen">
        {t("filters.sort")}
      </label>
      <select
        id={id}
        className="input"
        value={`${filters.sortBy}.${filters.order}`}
        onChange={(event) => {
          const chosen = sortChoices.find((choice) => choice.join(".") === event.target.value);
          if (chosen !== undefined) onChange({ sortBy: chosen[0], order: chosen[1] });
        }}
      >
        {sortChoices.map(([by, order]) => (
          <option key={`${by}.${order}`} value={`${by}.${order}`}>
            {t(`sort.${by}.${order}`)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What is set, each with a click that takes it away. */
function Chips({ filters, onChange }: { filters: TaskFilters; onChange: ChangeFilters }) {
  const texts = useTexts();
  const { t } = texts;
  const tags = useTags();
  if (!filtersAnything(filters)) return null;
  const nameOf = (id: number) => tags.data?.find((tag) => tag.id === id)?.name ?? String(id);
  return (
    <div className={styles.chips}>
      {chipsOf(filters, texts, nameOf).map(({ name, without }) => (
        <button
          key={name}
          type="button"
          className={styles.chip}
          aria-label={t("filters.remove", { filter: name })}
          onClick={() => onChange(without)}
        >
          <span dir="auto">{name}</span> <span aria-hidden="true">✕</span>
        </button>
      ))}
      <button
        type="button"
        className={styles.chip}
        onClick={() => onChange({ ...noFilters, sortBy: filters.sortBy, order: filters.order })}
      >
        {t("filters.clear")}
      </button>
    </div>
  );
}

interface Chip {
  name: string;
  without: Partial<TaskFilters>;
}

function chipsOf(filters: TaskFilters, { t, locale }: Texts, nameOf: (tag: number) => string): Chip[] {
  const { status, priority, dueFrom, dueUntil, tags } = filters;
  const day = (text: string) => startOfDay(text)?.toLocaleDateString(locale, { dateStyle: "medium" }) ?? text;
  const chips: Chip[] = [];
  if (status !== noFilters.status) chips.push({ name: t(`filters.status.${status}`), without: { status: "all" } });
  if (priority) chips.push({ name: t(`priority.${priority}`), without: { priority: "" } });
  if (dueFrom) chips.push({ name: `${t("filters.from")} ${day(dueFrom)}`, without: { dueFrom: "" } });
  if (dueUntil) chips.push({ name: `${t("filters.until")} ${day(dueUntil)}`, without: { dueUntil: "" } });
  return [...chips, ...tags.map((id) => ({ name: nameOf(id), without: withTag(filters, id, false) }))];
}

function Field(props: { label: string; fault?: string | undefined; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      {props.children(id)}
      {props.fault !== undefined && (
        <p id={`${id}-fault`} role="alert" className="fault">
          {props.fault}
        </p>
      )}
    </div>
  );
}

function Choice<Value extends string>(props: {
  label: string;
  value: Value;
  options: readonly (readonly [Value, string])[];
  onChange: (value: Value) => void;
}) {
  return (
    <Field label={props.label}>
      {(id) => (
        <select
          id={id}
          className="input"
          value={props.value}
          onChange={(event) => props.onChange(event.target.value as Value)}
        >
          {props.options.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Day(props: { label: string; value: string; fault?: string | undefined; onChange: (value: string) => void }) {
  return (
    <Field label={props.label} fault={props.fault}>
      {(id) => (
        <input
          id={id}
          className="input"
          type="date"
          max="9999-12-31"
          aria-invalid={props.fault !== undefined}
          aria-describedby={props.fault === undefined ? undefined : `${id}-fault`}
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

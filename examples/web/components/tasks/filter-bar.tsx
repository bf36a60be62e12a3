"use client";

import { type ReactNode, useId, useState } from "react";

import { TagCheckboxes } from "@/components/tags/tag-checkboxes";
import { useTags } from "@/components/tags/tag-queries";
import {
  countFilters,
  filtersAnything,
  noFilters,
  orders,
  priorities,
  sortings,
  statuses,
  type TaskFilters,
  withTag,
} from "@/lib/task-filters";

import styles from "./filter-bar.module.css";
import { SearchField } from "./search-field";
import type { ChangeFilters } from "./use-task-filters";

const names = {
  all: "All",
  open: "Open",
  completed: "Completed",
  low: "Low",
  medium: "Medium",
  high: "High",
  created_at: "Created",
  due_date: "Due",
  priority: "Priority",
  title: "Title",
  desc: "Descending",
  asc: "Ascending",
} as const;

/** Everything that decides which tasks are shown, and in which order. */
export function FilterBar({ filters, onChange }: { filters: TaskFilters; onChange: ChangeFilters }) {
  const [shown, setShown] = useState(false); // on a phone; where there is room all is shown
  const panel = useId();
  const active = countFilters(filters);
  const tags = useTags();
  return (
    <search className={`card ${styles.bar}`} aria-label="Filter tasks">
      <div className={styles.first}>
        <SearchField value={filters.search} onSearch={(search) => onChange({ search }, "replace")} />
        <button
          type="button"
          className={`button ${styles.more}`}
          aria-expanded={shown}
          aria-controls={panel}
          onClick={() => setShown(!shown)}
        >
          {/* Closed, the panel would hide why tasks are missing. */}
          {active === 0 ? "Filters" : `Filters (${active})`}
          {active > 0 && <span className="unseen"> active</span>}
        </button>
      </div>
      <div id={panel} className={styles.panel} data-shown={shown}>
        <div className={styles.fields}>
          <Choice
            label="Status"
            value={filters.status}
            options={statuses}
            onChange={(status) => onChange({ status })}
          />
          <Choice
            label="Priority"
            value={filters.priority}
            options={["", ...priorities]}
            onChange={(priority) => onChange({ priority })}
          />
          <Day label="Due from" value={filters.dueFrom} onChange={(dueFrom) => onChange({ dueFrom })} />
          <Day label="Due until" value={filters.dueUntil} onChange={(dueUntil) => onChange({ dueUntil })} />
          <Choice
            label="Sort by"
            value={filters.sortBy}
            options={sortings}
            onChange={(sortBy) => onChange({ sortBy })}
          />
          <Choice label="Order" value={filters.order} options={orders} onChange={(order) => onChange({ order })} />
        </div>
        {tags.data && tags.data.length > 0 && (
          <TagCheckboxes
            legend="Tags"
            tags={tags.data}
            chosen={filters.tags}
            onChange={(id, on) => onChange(withTag(filters, id, on))}
          />
        )}
        {filtersAnything(filters) && (
          <button
            type="button"
            className="button"
            onClick={() => onChange({ ...noFilters, sortBy: filters.sortBy, order: filters.order })}
          >
            Clear filters
          </button>
        )}
      </div>
    </search>
  );
}

function Field({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}

function Choice<Value extends keyof typeof names | "">(props: {
  label: string;
  value: Value;
  options: readonly Value[];
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
          {props.options.map((option) => (
            <option key={option} value={option}>
              {option === "" ? "Any" : names[option as keyof typeof names]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Day(props: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <Field label={props.label}>
      {(id) => (
        <input
          id={id}
          className="input"
          type="date"
          max="9999-12-31"
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

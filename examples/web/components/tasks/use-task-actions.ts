"use client";

import type { Task } from "@drawbridge/client";

import { useNotify } from "@/components/notices/notices";
import { useTexts } from "@/components/texts/texts";
import { useApi } from "@/lib/api";
import { describe } from "@/lib/problems";
import type { CountedKey } from "@/lib/texts";

import { useCompleteTask, useRefreshTasks } from "./task-queries";

/** What is done with tasks of the list, one or many: at once, and with the way back in place of a question before. */
export function useTaskActions() {
  const { client } = useApi();
  const { t, count } = useTexts();
  const notify = useNotify();
  const refresh = useRefreshTasks();
  const setCompleted = useCompleteTask();

  /** Does it with each. What was done can be undone, also where something else failed. */
  async function withEach(tasks: readonly Task[], act: (task: Task) => Promise<unknown>): Promise<Task[]> {
    const outcomes = await Promise.allSettled(tasks.map(act));
    void refresh();
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure !== undefined) notify.problem(describe(t, failure.reason));
    return tasks.filter((_, place) => outcomes[place]?.status === "fulfilled");
  }

  /** Says what was done to so many, where nothing failed. */
  function tell(key: CountedKey, done: readonly Task[], asked: readonly Task[], undo?: () => void): void {
    if (done.length === asked.length && done.length > 0) notify.done(count(key, done.length), undo);
  }

  async function complete(task: Task, completed: boolean): Promise<boolean> {
    try {
      await setCompleted.mutateAsync({ id: task.id, completed });
      notify.done(count(completed ? "tasks.completed" : "tasks.opened", 1), () => void complete(task, !completed));
      return true;
    } catch (error) {
      notify.problem(describe(t, error));
      return false;
    }
  }

  async function completeAll(tasks: readonly Task[]): Promise<void> {
    const open = tasks.filter(({ completed }) => !completed);
    const done = await withEach(open, ({ id }) => client.updateTask(id, { completed: true }));
    tell("tasks.completed", done, open, () => {
      void withEach(done, ({ id }) => client.updateTask(id, { completed: false })).then((restored) =>
        tell("tasks.restored", restored, done),
      );
    });
  }

  async function tagAll(tasks: readonly Task[], ids: readonly number[]): Promise<void> {
    const idsOf = ({ tags }: Task) => tags.map((tag) => tag.id);
    const change = (task: Task) => client.updateTask(task.id, { tag_ids: [...new Set([...idsOf(task), ...ids])] });
    const done = await withEach(tasks, change);
    tell("tasks.tagged", done, tasks, () => {
      void withEach(done, (task) => client.updateTask(task.id, { tag_ids: idsOf(task) })).then((restored) =>
        tell("tasks.restored", restored, done),
      );
    });
  }

  /** The API has no way to take a deletion back, so what comes back is a new task with all that the old one had. */
  async function remove(tasks: readonly Task[]): Promise<void> {
    const done = await withEach(tasks, ({ id }) => client.deleteTask(id));
    tell("tasks.deleted", done, tasks, () => {
      void withEach(done, (task) => client.createTask(asNew(task))).then((restored) =>
        tell("tasks.restored", restored, done),
      );
    });
  }

  async function add(title: string): Promise<boolean> {
    try {
      await client.createTask({ title });
      notify.done(t("tasks.created"));
      return true;
    } catch (error) {
      notify.problem(describe(t, error));
      return false;
    } finally {
      void refresh();
    }
  }

  return { complete, completeAll, tagAll, remove, add };
}

export type TaskActions = ReturnType<typeof useTaskActions>;

function asNew({ title, description, completed, priority, due_date, reminder_at, tags }: Task) {
  return { title, description, completed, priority, due_date, reminder_at, tag_ids: tags.map(({ id }) => id) };
}

"use client";

import type { NewTask, Page, Task, TaskChange } from "@drawbridge/client";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useApi } from "@/lib/api";
import { type TaskFilters, toTaskQuery } from "@/lib/task-filters";

/** The tasks that the filters let through; while others are fetched, those of before. */
export function useTasks(filters: TaskFilters) {
  const { client, userId } = useApi();
  const query = toTaskQuery(filters);
  return useQuery({
    queryKey: [userId, "tasks", query],
    queryFn: ({ signal }) => client.listTasks(query, { signal }),
    placeholderData: keepPreviousData,
  });
}

/**
 * Whatever lists of tasks there are, they are asked for again: after a failure too, since what was sent may have been
 * done and the answer alone been lost.
 */
export function useRefreshTasks() {
  const { userId } = useApi();
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: [userId, "tasks"] });
}

export function useCreateTask() {
  const { client } = useApi();
  const refresh = useRefreshTasks();
  return useMutation({
    mutationFn: ({ task, signal }: { task: NewTask; signal: AbortSignal }) => client.createTask(task, { signal }),
    onSettled: () => void refresh(),
  });
}

export function useUpdateTask() {
  const { client } = useApi();
  const refresh = useRefreshTasks();
  return useMutation({
    mutationFn: ({ id, change, signal }: { id: string; change: TaskChange; signal: AbortSignal }) =>
      client.updateTask(id, change, { signal }),
    onSettled: () => void refresh(),
  });
}

/**
 * Sets `completed`, on the page at once and taken back when the API refuses. It says what is wanted rather than "turn it
 * round": two clicks in a row, or a page that is not up to date, then still lead to what the box shows.
 */
export function useCompleteTask() {
  const { client, userId } = useApi();
  const queryClient = useQueryClient();
  const refresh = useRefreshTasks();
  const lists = { queryKey: [userId, "tasks"] };
  const mutationKey = [userId, "complete"];
  return useMutation({
    mutationKey,
    scope: { id: "complete" }, // one after the other: two on their way at once may arrive the other way round
    mutationFn: ({ id, completed }: { id: string; completed: boolean }) => client.updateTask(id, { completed }),
    onMutate: async ({ id, completed }) => {
      await queryClient.cancelQueries(lists); // an answer from before would undo what is shown
      const before = queryClient.getQueriesData<Page<Task>>(lists);
      queryClient.setQueriesData<Page<Task>>(lists, (page) => page && withCompleted(page, id, completed));
      return { before };
    },
    onError: (_error, _variables, context) => {
      for (const [key, page] of context?.before ?? []) queryClient.setQueryData(key, page);
    },
    onSettled: () => {
      // The last of several asks again; the answer to an earlier one would not know of the later.
      if (queryClient.isMutating({ mutationKey }) === 1) void refresh();
    },
  });
}

function withCompleted(page: Page<Task>, id: string, completed: boolean): Page<Task> {
  return { ...page, items: page.items.map((task) => (task.id === id ? { ...task, completed } : task)) };
}

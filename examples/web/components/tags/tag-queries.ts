"use client";

import type { Client, NewTag, Tag, TagChange } from "@drawbridge/client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useApi } from "@/lib/api";

/** All tags of the user, by name. */
export function useTags() {
  const { client, userId } = useApi();
  return useQuery({ queryKey: [userId, "tags"], queryFn: ({ signal }) => allTags(client, signal) });
}

async function allTags(client: Client, signal: AbortSignal): Promise<Tag[]> {
  const tags: Tag[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await client.listTags({ page, limit: 100 }, { signal });
    tags.push(...answer.items);
    if (page >= answer.pages || answer.items.length === 0) return tags;
  }
}

/** Tasks hold their tags by value, so a changed tag changes them too. */
function useRefreshTags() {
  const { userId } = useApi();
  const queryClient = useQueryClient();
  return () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: [userId, "tags"] }),
      queryClient.invalidateQueries({ queryKey: [userId, "tasks"] }),
    ]);
}

export function useCreateTag() {
  const { client } = useApi();
  const refresh = useRefreshTags();
  return useMutation({ mutationFn: (tag: NewTag) => client.createTag(tag), onSettled: () => void refresh() });
}

export function useUpdateTag() {
  const { client } = useApi();
  const refresh = useRefreshTags();
  return useMutation({
    mutationFn: ({ id, change }: { id: number; change: TagChange }) => client.updateTag(id, change),
    onSettled: () => void refresh(),
  });
}

export function useDeleteTag() {
  const { client } = useApi();
  const refresh = useRefreshTags();
  return useMutation({ mutationFn: (id: number) => client.deleteTag(id), onSettled: () => void refresh() });
}

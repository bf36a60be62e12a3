/** Rejects when `work` takes longer than so many milliseconds. It goes on then, and a failure of it is nobody's any more. */
export async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = () => reject(new Error(`The database took longer than ${milliseconds} ms`));
    timer = setTimeout(error, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

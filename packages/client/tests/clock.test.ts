import { describe, expect, it, vi } from "vitest";

import { systemClock } from "../src/clock.js";
import { failureOf } from "./support/failure.js";

describe("the system's clock", () => {
  it("sleeps for so many milliseconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    const before = systemClock.now();
    const slept = systemClock.sleep(30_000, new AbortController().signal);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(30_000);
    await slept;
    expect(systemClock.now() - before).toBe(30_000);
    vi.useRealTimers();
  });

  it("rings once after so many milliseconds, unless it is silenced", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const rung: string[] = [];
    systemClock.alarm(1_000, () => rung.push("first"));
    systemClock.alarm(1_000, () => rung.push("silenced"))();
    vi.advanceTimersByTime(999);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(5_000);
    expect(rung).toEqual(["first"]);
    vi.useRealTimers();
  });

  it("is woken by the signal, and leaves no timer", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const controller = new AbortController();
    const failure = failureOf(systemClock.sleep(30_000, controller.signal));
    controller.abort("enough");
    expect(vi.getTimerCount()).toBe(0);
    expect(await failure).toBe("enough");
    expect(await failureOf(systemClock.sleep(30_000, controller.signal))).toBe("enough");
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});

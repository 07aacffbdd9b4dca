// What the page remembers by itself: for this tab, or (the colours) for good. Without storage it forgets, and works.

const PREFIX = "crux.";

function quietly(act) {
  try {
    return act();
  } catch {
    return null;
  }
}

export const recall = (key, storage = "sessionStorage") => quietly(() => window[storage].getItem(PREFIX + key));
export const remember = (key, value, storage = "sessionStorage") =>
  quietly(() => window[storage].setItem(PREFIX + key, value));

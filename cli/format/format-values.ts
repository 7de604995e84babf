/** Digits of an id in tables; enough to tell some thousands apart. */
export const shownDigits = 8;

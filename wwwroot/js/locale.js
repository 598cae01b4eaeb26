// The page's language, with the browser's region (en-GB) if the browser uses the same language.

const page = document.documentElement.lang;

export const locale = navigator.language.startsWith(page) ? navigator.language : page;

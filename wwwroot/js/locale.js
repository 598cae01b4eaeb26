// The page's language; where the browser has it too, with the browser's region (en-GB).

const page = document.documentElement.lang;

export const locale = navigator.language.startsWith(page) ? navigator.language : page;

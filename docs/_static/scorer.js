// Ranks search results: guides first, and pages in other languages, which repeat the English text, last.
// The numbers are Sphinx's defaults.
var Scorer = {
  score: ([page, , , , score]) => {
    if (/^kpi\/(es|da)\//.test(page)) return score - 4;
    return /^(api|kpi)\//.test(page) ? score : score + 1;
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};

// Colours mhm where mdBook's highlighter knows nothing of it. `mhmWords` is in reference/words.js.
(() => {
  if (typeof hljs === 'undefined' || typeof mhmWords === 'undefined') return;
  hljs.registerLanguage('mhm', (hljs) => ({
    name: 'mhm',
    keywords: { ...mhmWords, literal: 'true false none' },
    contains: [hljs.C_LINE_COMMENT_MODE, hljs.QUOTE_STRING_MODE, hljs.NUMBER_MODE],
  }));
  const colour = hljs.highlightElement ?? hljs.highlightBlock;
  for (const block of document.querySelectorAll('code.language-mhm')) {
    block.removeAttribute('data-highlighted');
    colour.call(hljs, block);
  }
})();

'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const STEP = 100, ON_PAPER = 1000;
  const [INDICATOR, WHO, COUNT, EVENTS, FIRST, LAST, UNDATED, FILES, MORE_FILES, ROLES, OUTCOMES, STRENGTHS, FLAGS] =
    Array.from({length: 13}, (_, at) => at);
  for (const row of data.rows) {
    if (row[FIRST] !== null) row[LAST] += row[FIRST] += data.start;
  }
  data.indicators = data.indicators.map(([text, kind, scope, feeds, tags, families, confidence], at) => ({
    text, kind: data.kinds[kind], scope: scope === null ? '' : data.kinds[scope], feeds, tags,
    family: families.map(at => data.tags[at]).join(', '), confidence, more: data.more[at] ?? [[], []],
  }));
  const get = id => document.getElementById(id);
  // Text only ever becomes text: nothing of a log or a feed is read as HTML.
  const make = (tag, text, name) => {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (name) node.className = name;
    return node;
  };
  const number = value => value.toLocaleString('en-US');
  const time = second => second === null ? '\u2013' : new Date(second * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const words = (list, from) => list.map(at => from[at]).join(', ');
  const who = at => data.whos[at].filter(part => part).join(' ') || '\u2013';
  const rows = data.rows;

  const texts = [];
  const textOf = at => texts[at] ??= [
    data.indicators[rows[at][INDICATOR]].text, who(rows[at][WHO]), words(data.indicators[rows[at][INDICATOR]].feeds, data.feeds),
    words(data.indicators[rows[at][INDICATOR]].tags, data.tags), data.indicators[rows[at][INDICATOR]].family,
    words(rows[at][FILES], data.files), words(rows[at][ROLES], data.roles), words(rows[at][OUTCOMES], data.outcomes),
  ].join('\n').toLowerCase();

  // The one indicator or client that the reader came from: a search for its text would also find longer ones.
  let only = null;
  const filtered = () => {
    const wanted = get('text').value.toLowerCase().split(/\s+/).filter(part => part);
    const kind = get('kind').value, feed = get('feed').value, outcome = get('outcome').value, strength = get('strength').value;
    const at = (list, value) => value === '' ? -1 : list.indexOf(value);
    const [feedAt, outcomeAt, strengthAt] = [at(data.feeds, feed), at(data.outcomes, outcome), at(data.strengths, strength)];
    const found = [];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i], indicator = data.indicators[row[INDICATOR]];
      if ((kind === '' || indicator.kind === kind) && (feed === '' || indicator.feeds.includes(feedAt))
        && (outcome === '' || row[OUTCOMES].includes(outcomeAt)) && (strength === '' || row[STRENGTHS].includes(strengthAt))
        && (only === null || row[only.which] === only.key) && wanted.every(part => textOf(i).includes(part))) found.push(i);
    }
    return found;
  };

  const least = (a, b) => a === null ? b : b === null ? a : Math.min(a, b);
  const most = (a, b) => a === null ? b : b === null ? a : Math.max(a, b);
  const group = (found, keysOf) => {
    const groups = new Map();
    for (const at of found) {
      const row = rows[at];
      for (const key of keysOf(row)) {
        let sum = groups.get(key);
        if (!sum) groups.set(key, sum = {key, count: 0, first: null, last: null, indicators: new Set(), whos: new Set()});
        sum.count += row[COUNT];
        sum.first = least(sum.first, row[FIRST]);
        sum.last = most(sum.last, row[LAST]);
        sum.indicators.add(row[INDICATOR]);
        sum.whos.add(row[WHO]);
      }
    }
    return [...groups.values()];
  };

  const tagged = (indicator, cell) => {
    cell.append(words(indicator.feeds, data.feeds) + ' ');
    for (const tag of indicator.tags) cell.append(make('span', data.tags[tag], 'tag'));
  };
  const column = (title, value, shown, name, fill) => ({title, value, shown, name, fill});
  const countOf = at => (rows[at][FLAGS] & 1 ? '\u2265\u202f' : '') + number(rows[at][COUNT]);
  const timeOf = (at, which) => (rows[at][FLAGS] & 2 && rows[at][which] !== null ? '~' : '') + time(rows[at][which]);
  const of = at => data.indicators[rows[at][INDICATOR]];
  const views = {
    pairs: {
      rows: found => found,
      columns: [
        column('Indicator', at => of(at).text, at => of(at).text, 'w'),
        column('Who', at => who(rows[at][WHO]), at => who(rows[at][WHO]), 'w'),
        column('Count', at => rows[at][COUNT], countOf, 'n'),
        column('First (UTC)', at => rows[at][FIRST], at => timeOf(at, FIRST), 't'),
        column('Last (UTC)', at => rows[at][LAST], at => timeOf(at, LAST), 't'),
        column('Outcome', at => words(rows[at][OUTCOMES], data.outcomes) || null, at => words(rows[at][OUTCOMES], data.outcomes)),
        column('Feeds', at => words(of(at).feeds, data.feeds), null, 'w', (at, cell) => tagged(of(at), cell)),
      ],
      open: at => detail(at),
    },
    indicators: {
      rows: found => group(found, row => [row[INDICATOR]]),
      columns: [
        column('Indicator', sum => data.indicators[sum.key].text, sum => data.indicators[sum.key].text, 'w'),
        column('Kind', sum => data.indicators[sum.key].kind, sum => data.indicators[sum.key].kind),
        column('Clients', sum => sum.whos.size, sum => number(sum.whos.size), 'n'),
        column('Count', sum => sum.count, sum => number(sum.count), 'n'),
        column('First (UTC)', sum => sum.first, sum => time(sum.first), 't'),
        column('Last (UTC)', sum => sum.last, sum => time(sum.last), 't'),
        column('Feeds', sum => words(data.indicators[sum.key].feeds, data.feeds), null, 'w', (sum, cell) => tagged(data.indicators[sum.key], cell)),
      ],
      drill: sum => ({which: INDICATOR, key: sum.key, text: data.indicators[sum.key].text}),
    },
    clients: {
      rows: found => group(found, row => [row[WHO]]),
      columns: [
        column('Who', sum => who(sum.key), sum => who(sum.key), 'w'),
        column('Indicators', sum => sum.indicators.size, sum => number(sum.indicators.size), 'n'),
        column('Count', sum => sum.count, sum => number(sum.count), 'n'),
        column('First (UTC)', sum => sum.first, sum => time(sum.first), 't'),
        column('Last (UTC)', sum => sum.last, sum => time(sum.last), 't'),
      ],
      drill: sum => ({which: WHO, key: sum.key, text: who(sum.key)}),
    },
    feeds: {
      rows: found => group(found, row => data.indicators[row[INDICATOR]].feeds),
      columns: [
        column('Feed', sum => data.feeds[sum.key], sum => data.feeds[sum.key], 'w'),
        column('Indicators', sum => sum.indicators.size, sum => number(sum.indicators.size), 'n'),
        column('Clients', sum => sum.whos.size, sum => number(sum.whos.size), 'n'),
        column('Count', sum => sum.count, sum => number(sum.count), 'n'),
        column('Last (UTC)', sum => sum.last, sum => time(sum.last), 't'),
      ],
      drill: sum => ({feed: data.feeds[sum.key]}),
    },
  };

  const detail = at => {
    const row = rows[at], indicator = of(at), box = make('div'), list = make('dl');
    const add = (name, text) => { if (text) list.append(make('dt', name), make('dd', text)); };
    add('Kind', indicator.kind + (indicator.scope ? ', ' + indicator.scope : ''));
    add('Lines', number(row[EVENTS]) + (row[UNDATED] ? `, ${number(row[UNDATED])} without a time` : ''));
    add('Strength', words(row[STRENGTHS], data.strengths));
    add('Fields', words(row[ROLES], data.roles));
    add('Logs', words(row[FILES], data.files) + (row[MORE_FILES] ? ` and ${number(row[MORE_FILES])} more` : ''));
    add('Family', indicator.family);
    add('Confidence', indicator.confidence === null ? '' : String(indicator.confidence));
    add('Ids of the feeds', indicator.more[0].join(', '));
    add('References', indicator.more[1].join(', '));
    if (row[FLAGS] & 1) add('Note', 'The count may be too low: rare pairs were folded before this one came.');
    if (row[FLAGS] & 2) add('Note', 'The log does not say the year or the zone of some of the times.');
    box.append(list);
    const samples = data.samples[at] ?? [];
    for (const [file, line, observed, text] of samples) {
      box.append(make('div', `${data.files[file]}:${line}`, 'soft'));
      const shown = make('pre'), start = text.indexOf(observed);
      if (observed && start >= 0) {
        shown.append(text.slice(0, start), make('mark', observed), text.slice(start + observed.length));
      } else {
        shown.append(text);
      }
      box.append(shown);
    }
    if (!samples.length) box.append(make('p', 'No log line was kept of this row.', 'soft'));
    return box;
  };

  let view = 'pairs', sorted = null, isDown = true, list = [], shown = 0;
  const compare = (a, b) => a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;

  const head = () => {
    const line = make('tr');
    views[view].columns.forEach((column, at) => {
      const cell = make('th', undefined, column.name === 'n' ? 'n' : ''), button = make('button', column.title);
      button.type = 'button';
      cell.scope = 'col';
      if (sorted === at) cell.setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
      button.addEventListener('click', () => {
        [sorted, isDown] = sorted === at ? [at, !isDown] : [at, column.name === 'n' || column.name === 't'];
        update();
      });
      cell.append(button);
      line.append(cell);
    });
    get('head').replaceChildren(line);
  };
  const append = count => {
    const {columns, open, drill} = views[view], part = document.createDocumentFragment();
    const end = Math.min(list.length, shown + count);
    for (; shown < end; shown++) {
      const item = list[shown], line = make('tr');
      columns.forEach((column, at) => {
        const cell = make('td', undefined, column.name ?? '');
        if (at === 0) {
          const button = make('button', column.shown(item));
          button.type = 'button';
          if (open) {
            button.setAttribute('aria-expanded', 'false');
            button.addEventListener('click', () => {
              const isOpen = button.getAttribute('aria-expanded') === 'true';
              button.setAttribute('aria-expanded', String(!isOpen));
              if (isOpen) { line.nextSibling.remove(); return; }
              const below = make('tr', undefined, 'detail'), wide = make('td');
              wide.colSpan = columns.length;
              wide.append(open(item));
              below.append(wide);
              line.after(below);
            });
          } else {
            button.addEventListener('click', () => {
              const to = drill(item);
              if (to.feed === undefined) only = to;
              else get('feed').value = to.feed;
              [view, sorted] = ['pairs', null];
              update();
            });
          }
          cell.append(button);
        } else if (column.fill) {
          column.fill(item, cell);
        } else {
          cell.textContent = column.shown(item);
        }
        line.append(cell);
      });
      part.append(line);
    }
    get('body').append(part);
    get('more').hidden = shown >= list.length;
    get('shown').textContent = `${number(shown)} of ${number(list.length)} ${list.length === 1 ? 'row' : 'rows'} shown`
      + (view === 'pairs' && list.length < rows.length ? `, ${number(rows.length)} without filters` : '');
  };
  const update = () => {
    list = views[view].rows(filtered());
    const by = sorted ?? (view === 'pairs' ? null : views[view].columns.findIndex(column => column.title === 'Count'));
    if (by !== null) {
      const value = views[view].columns[by].value, down = sorted === null || isDown;
      const keyed = list.map((item, at) => [value(item), at, item]);
      // What is unknown comes last, whichever way.
      keyed.sort(([a, at], [b, other]) => (a === null || b === null ? compare(a, b) : down ? compare(b, a) : compare(a, b)) || at - other);
      list = keyed.map(([, , item]) => item);
    }
    for (const button of document.querySelectorAll('.views button')) {
      button.setAttribute('aria-pressed', String(button.dataset.view === view));
    }
    get('only').hidden = only === null;
    get('only').textContent = only === null ? '' : `Only ${only.text} \u2715`;
    shown = 0;
    get('body').replaceChildren();
    head();
    append(STEP);
  };

  const choices = (id, values) => {
    for (const value of [...values].sort()) get(id).append(new Option(value, value));
  };
  choices('kind', new Set(data.indicators.map(indicator => indicator.kind)));
  choices('feed', data.feeds);
  choices('outcome', data.outcomes);
  choices('strength', data.strengths.filter((_, at) => rows.some(row => row[STRENGTHS].includes(at))));
  let waiting = 0;
  for (const id of ['text', 'kind', 'feed', 'outcome', 'strength']) {
    get(id).addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(update, 80); });
  }
  get('only').addEventListener('click', () => { only = null; update(); });
  get('clear').addEventListener('click', () => {
    only = null;
    for (const id of ['text', 'kind', 'feed', 'outcome', 'strength']) get(id).value = '';
    update();
  });
  for (const button of document.querySelectorAll('.views button')) {
    button.addEventListener('click', () => { [view, sorted] = [button.dataset.view, null]; update(); });
  }
  get('more').addEventListener('click', () => append(STEP * 5));
  addEventListener('beforeprint', () => { if (shown < ON_PAPER) append(ON_PAPER - shown); });
  get('controls').hidden = false;
  update();
})();

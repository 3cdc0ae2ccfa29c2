/**
 * What is wrong with the body of a dashboard, by the structure that CloudWatch documents. Written independently of the code that
 * it checks.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
type Json = Record<string, unknown>;

const functions = new Set(["SORT", "SEARCH", "FILL", "PERIOD", "MAX", "DESC"]);
const views = new Set(["timeSeries", "singleValue", "gauge", "bar", "pie", "table"]);
const widgetMembers = ["type", "x", "y", "width", "height", "properties"];
const propertyMembers = new Set(
  ["title", "region", "view", "metrics", "stat", "period", "stacked", "setPeriodToTimeRange", "yAxis"].concat([
    "annotations",
    "legend",
    "liveData",
    "sparkline",
    "timezone",
    "trend",
    "accountId",
  ]),
);
const rowMembers = new Set(["id", "expression", "label", "stat", "color", "visible", "period", "yAxis", "region"]);

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function* statProblems(stat: unknown): Generator<string> {
  if (!/^(SampleCount|Sum|Average|Minimum|Maximum|p\d{1,2}(\.\d+)?)$/.test(String(stat))) yield `statistic ${stat}`;
}

function* annotationProblems(annotations: unknown): Generator<string> {
  if (annotations === undefined) return;
  if (!isObject(annotations) || !Array.isArray(annotations.horizontal)) return yield "annotations";
  for (const { label, value, color } of annotations.horizontal as Json[]) {
    if (typeof value !== "number" || !Number.isFinite(value)) yield `annotation at ${value}`;
    if (typeof label !== "string" || !/^#[0-9a-f]{6}$/.test(String(color))) yield `annotation ${label} ${color}`;
  }
}

/** IDs and functions of an expression, without the text of a search. */
function* expressionProblems(expression: string, ids: ReadonlySet<string>): Generator<string> {
  const bare = expression.replaceAll(/'[^']*'/g, "");
  if ((expression.match(/'/g) ?? []).length % 2 !== 0) yield `quotes in ${expression}`;
  if (bare.split("(").length !== bare.split(")").length) yield `brackets in ${expression}`;
  for (const [name] of bare.matchAll(/[A-Za-z]\w*/g)) {
    if (!functions.has(name) && !ids.has(name)) yield `${name} in ${expression} is unknown`;
  }
  for (const [, query = "", stat] of expression.matchAll(/SEARCH\('([^']*)', '([^']*)'/g)) {
    yield* statProblems(stat);
    if (!/^\{[^{}]+\} MetricName="[^"]+"( ("[^"]+"|[A-Za-z0-9]+)="[^"]+")+$/.test(query)) yield `search ${query}`;
    if (query.length > 1_024) yield "search is longer than 1024";
    const [, schema = ""] = /^\{(.*?)\}/.exec(query) ?? [];
    for (const name of schema.match(/"[^"]*"|[^,]+/g) ?? []) {
      if (!/^("[^"]+"|[A-Za-z0-9]+)$/.test(name)) yield `${name} of the schema needs quotes`;
    }
  }
}

function* rowProblems(row: unknown, ids: ReadonlySet<string>): Generator<string> {
  if (!Array.isArray(row)) return yield "row is no array";
  const options = isObject(row.at(-1)) ? (row.at(-1) as Json) : {};
  const names = isObject(row.at(-1)) ? row.slice(0, -1) : row;
  for (const member of Object.keys(options)) if (!rowMembers.has(member)) yield `member ${member} of a row`;
  if (options.id !== undefined && !/^[a-z]\w{0,254}$/.test(String(options.id))) yield `id ${options.id}`;
  if (options.stat !== undefined) yield* statProblems(options.stat);
  if (typeof options.expression === "string") {
    if (names.length > 0) yield "a row with an expression names a metric";
    yield* expressionProblems(options.expression, ids);
    return;
  }
  if (names.length < 2 || names.length % 2 !== 0) yield `a metric of ${names.length} names`;
  if (names.length > 62) yield "more than 30 dimensions";
  for (const name of names) if (typeof name !== "string" || name === "") yield `name ${name}`;
}

function* propertyProblems(properties: Json): Generator<string> {
  const { title, region, view, metrics, stat, period, yAxis } = properties;
  for (const member of Object.keys(properties)) if (!propertyMembers.has(member)) yield `property ${member}`;
  if (typeof title !== "string" || title === "") yield "no title";
  if (typeof region !== "string" || region === "") yield "no region";
  if (!views.has(String(view))) yield `view ${view}`;
  if (!Number.isInteger(period) || Number(period) % 60 !== 0 || Number(period) < 60) yield `period ${period}`;
  yield* statProblems(stat);
  if (yAxis !== undefined && !(isObject(yAxis) && isObject(yAxis.left))) yield "yAxis";
  yield* annotationProblems(properties.annotations);
  if (!Array.isArray(metrics) || metrics.length === 0) return yield "no metrics";
  const named = metrics.map((row: unknown[]) => row.at(-1) as Json).flatMap(({ id }) => (id === undefined ? [] : [id]));
  const ids = new Set(named as string[]);
  if (ids.size !== named.length) yield `an id twice in ${named}`;
  for (const row of metrics) yield* rowProblems(row, ids);
  if (metrics.every((row: unknown[]) => (row.at(-1) as Json).visible === false)) yield "nothing is visible";
}

function* widgetProblems(widget: unknown, taken: Set<string>): Generator<string> {
  if (!isObject(widget) || !isObject(widget.properties)) return yield "widget";
  const { type, x, y, width, height, properties } = widget as Record<string, number> & { properties: Json };
  if (Object.keys(widget).some((member) => !widgetMembers.includes(member))) yield "member of a widget";
  if (String(type) !== "metric") yield `type ${type}`;
  for (const place of [x, y, width, height]) if (!Number.isInteger(place)) yield `place ${place}`;
  const [left = 0, top = 0, columns = 0, rows = 0] = [x, y, width, height];
  if (left < 0 || top < 0 || columns < 1 || rows < 1 || left + columns > 24 || rows > 1_000) yield "off the grid";
  for (let column = left; column < left + columns; column += 1) {
    for (let row = top; row < top + rows; row += 1) {
      if (taken.has(`${column} ${row}`)) yield `two widgets at ${column} ${row}`;
      taken.add(`${column} ${row}`);
    }
  }
  for (const problem of propertyProblems(properties)) yield `${properties.title}: ${problem}`;
}

/** What is wrong with a body, empty if nothing is. */
export function problemsOfBody(text: string): string[] {
  const body: unknown = JSON.parse(text);
  if (!isObject(body) || !Array.isArray(body.widgets)) return ["no widgets"];
  const problems: string[] = [];
  if (
    Object.keys(body).some((member) => !["start", "end", "periodOverride", "widgets", "variables"].includes(member))
  ) {
    problems.push("member of the body");
  }
  if (!/^-P/.test(String(body.start))) problems.push("start");
  if (!["auto", "inherit"].includes(String(body.periodOverride))) problems.push("periodOverride");
  if (body.widgets.length > 500) problems.push("more than 500 widgets");
  const taken = new Set<string>();
  for (const widget of body.widgets) problems.push(...widgetProblems(widget, taken));
  return problems;
}

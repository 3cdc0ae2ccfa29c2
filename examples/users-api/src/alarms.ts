import { readFileSync, writeFileSync } from "node:fs";
import { type AlarmResources, alarms } from "@midguard/metrics/dashboard";
import { Document, visit } from "yaml";

/** The alarms of template.yaml. They see one stage, as its metrics have a namespace of their own. */
export const usersAlarms: AlarmResources = alarms({
  namespace: { "Fn::Sub": `UsersApi/\${Stage}` },
  service: "users",
  sloLatencyMs: 1_000,
  dependencies: ["profiles"],
  functionName: { Ref: "UsersFunction" },
  actions: { "Fn::If": ["HasAlarmTopic", [{ Ref: "AlarmTopic" }], { Ref: "AWS::NoValue" }] },
});

/** One resource as YAML. What fits stands on one line. */
function yamlOf(resource: object): string {
  const document = new Document(resource, { aliasDuplicateObjects: false });
  visit(document, {
    Collection: (_, node) => {
      if (JSON.stringify(node).length <= 90) node.flow = true;
    },
  });
  // Lists as the formatter writes them, without spaces inside.
  const text = document.toString({ lineWidth: 0 }).replaceAll("[ ", "[").replaceAll(" ]", "]");
  return text.replaceAll(/^(?=.)/gm, "  ");
}

/** A template with the alarms made anew, between two comments. */
export function withAlarms(template: string): string {
  const resources = Object.entries(usersAlarms).map(([id, alarm]) => yamlOf({ [id]: alarm }));
  return template.replace(/(?<=^ {2}# alarms: .*\n)[\s\S]*?(?=^ {2}# \/alarms$)/m, () => resources.join("\n"));
}

const path = new URL("../template.yaml", import.meta.url);
if (process.argv[1] === import.meta.filename) writeFileSync(path, withAlarms(readFileSync(path, "utf8")));

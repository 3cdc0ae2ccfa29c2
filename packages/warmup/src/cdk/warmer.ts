import { join } from "node:path";
import { Duration, RemovalPolicy, Stack, Token } from "aws-cdk-lib";
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Schedule, ScheduleExpression, ScheduleTargetInput, TimeWindow } from "aws-cdk-lib/aws-scheduler";
import { Construct } from "constructs";
import { metricNamespace as namespaceRule } from "../lambda/namespace.ts";
import { type PlacedTarget, placeTarget, type WarmerTarget } from "./target.ts";

/** Of `src` and of `dist`, the package is the parent. */
const code = join(import.meta.dirname, "../../dist/function");

/** A ping is useful now or not at all: the schedule and the function's queue drop it after this time. */
const maxAge = Duration.seconds(60);

/** Properties of a `Warmer`. */
export interface WarmerProps {
  /** The functions to keep warm; each needs the `warmup()` middleware. */
  readonly targets: readonly WarmerTarget[];
  /** When to warm them. @default - every 5 minutes */
  readonly schedule?: ScheduleExpression | undefined;
  /** Each run begins at a time within this window, so that schedules spread. @default - flexible, one minute */
  readonly timeWindow?: TimeWindow | undefined;
  /** CloudWatch namespace of the warmer's metrics. @default - log lines only */
  readonly metricNamespace?: string | undefined;
  /** How long one run may take. @default Duration.seconds(60) */
  readonly timeout?: Duration | undefined;
  /** How long the warmer's log is kept. @default RetentionDays.TWO_WEEKS */
  readonly logRetention?: RetentionDays | undefined;
}

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions, resources });
}

/** What the warmer may do: write its log, invoke its targets, and look their aliases up. */
function policyOf(targets: readonly PlacedTarget[], logGroup: LogGroup): PolicyDocument {
  const invoked = new Set(targets.map((target) => target.invoked));
  const lookedUp = new Set(targets.flatMap((target) => target.lookedUp ?? []));
  const statements = [
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], [logGroup.logGroupArn]),
    allow(["lambda:InvokeFunction"], [...invoked]),
  ];
  if (lookedUp.size > 0) statements.push(allow(["lambda:GetAlias"], [...lookedUp]));
  return new PolicyDocument({ statements });
}

/**
 * Keeps functions warm: a warmer function, a schedule that invokes it with the targets, and a role for each of the two
 * that allows nothing else.
 *
 * @example
 * new Warmer(this, "Warmer", { targets: [{ function: users, alias: "live", concurrency: 5 }] });
 *
 * @throws TypeError or RangeError for a bad target or namespace, naming it and its value.
 */
export class Warmer extends Construct {
  /** The warmer function. */
  readonly function: LambdaFunction;
  /** The log of the warmer function, with a line of JSON for each target of each run. */
  readonly logGroup: LogGroup;
  /** What invokes it. */
  readonly schedule: Schedule;

  constructor(scope: Construct, id: string, props: WarmerProps) {
    super(scope, id);
    const { metricNamespace, logRetention = RetentionDays.TWO_WEEKS } = props;
    if (props.targets.length === 0) throw new RangeError("Warmer: targets must not be empty");
    if (metricNamespace !== undefined && !Token.isUnresolved(metricNamespace)) {
      namespaceRule("Warmer: metricNamespace", metricNamespace);
    }
    const stack = Stack.of(this);
    const targets = props.targets.map((target, index) => placeTarget(`Warmer: targets[${index}]`, target, stack));

    this.logGroup = new LogGroup(this, "Logs", { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    this.function = new LambdaFunction(this, "Function", {
      description: "Keeps functions warm: sends pings to the targets of its event",
      code: Code.fromAsset(code),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 256,
      timeout: props.timeout ?? Duration.seconds(60),
      environment: metricNamespace === undefined ? {} : { MIDGUARD_WARM_NAMESPACE: metricNamespace },
      // Schedules invoke asynchronously, so these rules of the queue count beside the schedule's own.
      retryAttempts: 0,
      maxEventAge: maxAge,
      logGroup: this.logGroup,
      role: new Role(this, "Role", {
        description: "Invokes the functions that the warmer keeps warm",
        assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
        inlinePolicies: { warm: policyOf(targets, this.logGroup) },
      }),
    });
    this.schedule = this.scheduled(targets, props);
  }

  private scheduled(targets: readonly PlacedTarget[], { schedule, timeWindow }: WarmerProps): Schedule {
    const arn = this.function.functionArn;
    const role = new Role(this, "ScheduleRole", {
      description: "Invokes the warmer",
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
      }),
      inlinePolicies: { invoke: new PolicyDocument({ statements: [allow(["lambda:InvokeFunction"], [arn])] }) },
    });
    const input = ScheduleTargetInput.fromObject({ targets: targets.map(({ event }) => event) });
    // No retries: the next run is at most one period away.
    const retryPolicy = { maximumRetryAttempts: 0, maximumEventAgeInSeconds: maxAge.toSeconds() };
    return new Schedule(this, "Schedule", {
      description: "Invokes the warmer with the functions to keep warm",
      schedule: schedule ?? ScheduleExpression.rate(Duration.minutes(5)),
      timeWindow: timeWindow ?? TimeWindow.flexible(Duration.minutes(1)),
      target: { bind: () => ({ arn, role, input, retryPolicy }) },
    });
  }
}

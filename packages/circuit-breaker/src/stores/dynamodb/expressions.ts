import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { FleetSlot, FleetState } from "../../fleet/state.ts";
import { attributesOf, numberValue, slotAttributes } from "./item.ts";

/** How long a record is kept after its last change. An isolated circuit is kept until it is released. */
const keptS = 86_400;

type Values = Record<string, AttributeValue>;
type Names = Record<string, string>;

/** The parts of an update or a put that say what to write, and when. */
interface Write {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Names;
  readonly ExpressionAttributeValues: Values;
}

export interface Update extends Write {
  readonly UpdateExpression: string;
}

export interface Put extends Write {
  readonly Item: Values;
}

function expiry(now: number): AttributeValue {
  return numberValue(Math.ceil(now / 1_000) + keptS);
}

/** A circuit without an item has epoch 0. */
function isEpoch(epoch: number): string {
  return epoch === 0 ? "(attribute_not_exists(#epoch) OR #epoch = :epoch)" : "#epoch = :epoch";
}

function slotNames(index: number, hasReporters: boolean): Names {
  const { index: indexName, calls, failures, reporters } = slotAttributes(index);
  const names = { "#index": indexName, "#calls": calls, "#failures": failures };
  return hasReporters ? { ...names, "#reporters": reporters } : names;
}

/** What both ways to count write. */
function slotValues(epoch: number, { index, calls, failures, reporters }: FleetSlot, now: number): Values {
  const values: Values = {
    ":epoch": numberValue(epoch),
    ":index": numberValue(index),
    ":calls": numberValue(calls),
    ":failures": numberValue(failures),
    ":expiresAt": expiry(now),
  };
  return reporters === "" ? values : { ...values, ":reporters": { SS: [...new Set(reporters)] } };
}

/** Adds to a slot that others have counted in already. */
export function addToSlot(epoch: number, slot: FleetSlot, now: number): Update {
  const hasReporters = slot.reporters !== "";
  return {
    UpdateExpression: `SET expiresAt = :expiresAt ADD #calls :calls, #failures :failures${hasReporters ? ", #reporters :reporters" : ""}`,
    ConditionExpression: "#epoch = :epoch AND #index = :index",
    ExpressionAttributeNames: { "#epoch": "epoch", ...slotNames(slot.index, hasReporters) },
    ExpressionAttributeValues: slotValues(epoch, slot, now),
  };
}

/** Starts a slot in the place of one that is `keptSlots` older. */
export function startSlot(circuit: string, epoch: number, slot: FleetSlot, now: number): Update {
  const hasReporters = slot.reporters !== "";
  const reporters = hasReporters ? ", #reporters = :reporters" : " REMOVE #reporters";
  return {
    UpdateExpression: `SET expiresAt = :expiresAt, #name = :name, #epoch = :epoch, #index = :index, #calls = :calls, #failures = :failures${reporters}`,
    ConditionExpression: `${isEpoch(epoch)} AND (attribute_not_exists(#index) OR #index < :index)`,
    ExpressionAttributeNames: { "#epoch": "epoch", "#name": "name", ...slotNames(slot.index, true) },
    ExpressionAttributeValues: { ...slotValues(epoch, slot, now), ":name": { S: circuit } },
  };
}

/** Replaces all that an item holds. */
export function replaceState(circuit: string, epoch: number, next: FleetState, now: number): Put {
  const expiresAt: Values = next.phase === "isolated" ? {} : { expiresAt: expiry(now) };
  return {
    Item: { ...attributesOf(circuit, next), ...expiresAt },
    ConditionExpression: isEpoch(epoch),
    ExpressionAttributeNames: { "#epoch": "epoch" },
    ExpressionAttributeValues: { ":epoch": numberValue(epoch) },
  };
}

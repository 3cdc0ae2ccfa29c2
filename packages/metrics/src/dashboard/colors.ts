/**
 * Colours with a meaning. They can be told apart on a white and on a dark ground, and by most people who see few
 * colours.
 */
export const colors = {
  good: "#2e8540",
  fault: "#d13212",
  error: "#e07b00",
  objective: "#d13212",
  typical: "#2a7ab9",
  slow: "#8c5fc4",
} as const;

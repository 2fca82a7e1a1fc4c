// Reads a list of {source, flags, texts: [[start, part, end], …]} and writes, for each, the first text with which its time grows
// faster than the text does, or null. Time is that of the processor, in seconds.
"use strict";

const LENGTH = 5_000;
const MOST = 10; // times as long for four times the text; beyond, time grows with the square at least
const WORTH_A_LOOK = 0.05;

function seconds(expression, text) {
  const begin = process.cpuUsage();
  if (expression.global) for (const found of text.matchAll(expression)) found.index;
  else expression.exec(text);
  const spent = process.cpuUsage(begin);
  return (spent.user + spent.system) / 1e6;
}

function grows(expression, [start, part, end]) {
  const make = (length) => start + part.repeat(Math.ceil(length / part.length)) + end;
  const once = make(LENGTH);
  const often = make(4 * LENGTH);
  for (let tried = 0; tried < 3; tried += 1) {
    const long = seconds(expression, often);
    if (long < WORTH_A_LOOK || long < MOST * Math.max(seconds(expression, once), WORTH_A_LOOK / 10)) return false;
  }
  return true;
}

const given = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const slow = given.map(({ source, flags, texts }) => {
  const expression = new RegExp(source, flags);
  return texts.find((text) => grows(expression, text)) ?? null;
});
process.stdout.write(JSON.stringify(slow));

/*
 * Conditions: the expressions that say whether a measurement succeeded or failed, as the manifests
 * of Argo Rollouts have them. Reading and evaluating; which metrics are measured, and what a run
 * makes of them, stands in strategy/analysis.h.
 */
#ifndef KORCH_STRATEGY_CONDITION_H
#define KORCH_STRATEGY_CONDITION_H

#include <korch/error.h>
#include <stdint.h>

KORCH_BEGIN_DECLS

/**
 * @file strategy/condition.h successCondition and failureCondition.
 *
 * `result[0] >= 0.95`, `all(result.values, {# > 1})`, `default(result, 0) < 5 and not
 * isNaN(result)`. The language is that of expr-lang (github.com/expr-lang/expr) with Argo Rollouts'
 * own functions; docs/analysis.md has the grammar and the list of functions.
 *
 * Limits: text of KORCH_CONDITION_LENGTH_MAX bytes, nesting of KORCH_CONDITION_DEPTH_MAX, and for
 * each evaluation KORCH_CONDITION_STEPS_MAX steps and KORCH_CONDITION_MEMORY_MAX bytes.
 */

/** Longest text in bytes. */
#define KORCH_CONDITION_LENGTH_MAX 8192
/** Deepest nesting. */
#define KORCH_CONDITION_DEPTH_MAX 200
/** Steps of one evaluation: operators, functions, elements that are visited. */
#define KORCH_CONDITION_STEPS_MAX 1000000
/** Bytes that the intermediate values of one evaluation may take. */
#define KORCH_CONDITION_MEMORY_MAX 4194304

/** A value of json-c. */
struct json_object;

/** A condition that was read. Immutable: any number of threads may evaluate it at one time. */
typedef struct korch_parsed_condition korch_parsed_condition;

/**
 * Reads a condition. Names, functions, the number of arguments, regular expressions and the types
 * that are known without a result are checked, so a mistake is found before anything is measured.
 * @param out on success; the caller frees it.
 * @param text copied.
 * @param err one line with the column (from 1), what was found and what was expected.
 * @return 0, KORCH_E_INVALID (NULL; a type or name that cannot be right), KORCH_E_PARSE,
 * KORCH_E_LIMIT or KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_condition_parse(korch_parsed_condition **out, const char *text,
                                    korch_error **err);

/**
 * Evaluates a condition.
 * @param out 1 or 0.
 * @param result what the name `result` stands for; NULL is nil; borrowed and only read. Numbers are
 * floats, as they are for Argo.
 * @param err in Argo's words where it has any ("index out of range: 0 (array length is 0)").
 * @return 0; KORCH_E_INVALID when the result is not what the condition needs, KORCH_E_LIMIT,
 * KORCH_E_NOMEM. Needs memory only for lists that the condition makes. @since 0.1
 */
KORCH_API int korch_condition_eval(int32_t *out, const korch_parsed_condition *condition,
                                   struct json_object *result, korch_error **err);

/** The text that it was read from. Borrowed; "" for NULL. @since 0.1 */
KORCH_API const char *korch_condition_text(const korch_parsed_condition *condition);
/** Frees a condition; NULL is fine. @since 0.1 */
KORCH_API void korch_condition_free(korch_parsed_condition *condition);

KORCH_END_DECLS

#endif

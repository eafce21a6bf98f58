/*
 * Values while a condition is evaluated. Texts, arrays and maps of the result are borrowed from
 * json-c; what a condition makes lives in the evaluation's arena.
 */
#ifndef KORCH_STRATEGY_CONDITION_VALUE_H
#define KORCH_STRATEGY_CONDITION_VALUE_H

#include "strategy/condition/node.h"
#include <json-c/json.h>
#include <korch/loop.h>

typedef struct korch__condition_value {
	uint8_t type; /* korch__condition_type, not ANY */
	uint8_t made; /* ARRAY, MAP: items; otherwise json */
	union {
		int64_t number;
		double real;
		const char *text;
		struct json_object *json;
		const struct korch__condition_value *items; /* of a MAP: key, value, key, value … */
	} as;
	size_t length; /* of a text in bytes; items of an ARRAY, pairs of a MAP */
} korch__condition_value;

struct korch__condition_chunk;

typedef struct korch__condition_run {
	const korch_parsed_condition *condition;
	korch__condition_value result;
	korch__condition_value item; /* # */
	int64_t index;               /* #index */
	korch_usec now;
	size_t steps;
	size_t memory;
	struct korch__condition_chunk *chunks;
	size_t used; /* of the newest chunk */
	int code;    /* of the first failure */
	korch_error **err;
} korch__condition_run;

/* The value of a node; NIL after a failure (run->code). */
korch__condition_value korch__condition_evaluate(korch__condition_run *run, int node);
korch__condition_value korch__condition_operate(korch__condition_run *run,
                                                const korch__condition_node *node,
                                                const korch__condition_value *a,
                                                const korch__condition_value *b);
korch__condition_value korch__condition_function_call(korch__condition_run *run,
                                                      const korch__condition_node *node,
                                                      const korch__condition_value *args, size_t n);
korch__condition_value korch__condition_query(korch__condition_run *run,
                                              const korch__condition_node *node);
korch__condition_value korch__condition_member(korch__condition_run *run,
                                               const korch__condition_node *node,
                                               const korch__condition_value *base);
korch__condition_value korch__condition_index(korch__condition_run *run,
                                              const korch__condition_node *node,
                                              const korch__condition_value *base);
korch__condition_value korch__condition_slice(korch__condition_run *run,
                                              const korch__condition_node *node,
                                              const korch__condition_value *base);

/* Notes a failure at a node's column; returns NIL. */
korch__condition_value korch__condition_error(korch__condition_run *run, int code,
                                              const korch__condition_node *node, const char *format,
                                              ...) __attribute__((format(printf, 4, 5)));
/* Counts work; 0, or a negative code when it was too much. */
int korch__condition_work(korch__condition_run *run, const korch__condition_node *node,
                          size_t steps);
/* Memory that lasts as long as the evaluation; NULL after a failure. */
void *korch__condition_take_memory(korch__condition_run *run, const korch__condition_node *node,
                                   size_t n, size_t size);

korch__condition_value korch__condition_from_json(struct json_object *json);
/* Element i of an array. */
korch__condition_value korch__condition_element(const korch__condition_value *array, size_t i);
/* 1 and *out when the map has the key. */
int korch__condition_lookup(korch__condition_value *out, const korch__condition_value *map,
                            const char *key, size_t length);
/* 1 when both are equal as Go sees them: numbers by value, lists and maps by their content. Counts
 * its work. */
int korch__condition_equal(korch__condition_run *run, const korch__condition_node *node,
                           const korch__condition_value *a, const korch__condition_value *b);

static inline korch__condition_value korch__condition_bool(int value)
{
	return (korch__condition_value){.type = COND_BOOL, .as.number = value != 0};
}
static inline korch__condition_value korch__condition_int(int64_t value)
{
	return (korch__condition_value){.type = COND_INT, .as.number = value};
}
static inline korch__condition_value korch__condition_float(double value)
{
	return (korch__condition_value){.type = COND_FLOAT, .as.real = value};
}
static inline korch__condition_value korch__condition_text_value(const char *text, size_t length)
{
	return (korch__condition_value){.type = COND_STRING, .as.text = text, .length = length};
}
static inline korch__condition_value korch__condition_nil(void)
{
	return (korch__condition_value){.type = COND_NIL};
}
/* Of a number. */
static inline double korch__condition_real_of(const korch__condition_value *value)
{
	return value->type == COND_INT ? (double)value->as.number : value->as.real;
}

#endif

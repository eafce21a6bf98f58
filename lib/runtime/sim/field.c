/* Fields of a behaviour: copying a rule, and setting one field from the text of an annotation. */
#include "base/cleanup.h"
#include "base/text.h"
#include "runtime/sim/script.h"
#include <korch/quantity.h>
#include <korch/time.h>
#include <stddef.h>
#include <string.h>

typedef enum field_kind {
	FIELD_DURATION,
	FIELD_INT,
	FIELD_BOOL,
	FIELD_TEXT,
	FIELD_MILLI,
	FIELD_BYTES
} field_kind;

typedef struct sim_field {
	const char *name;
	field_kind kind;
	size_t offset;
	int64_t max; /* of FIELD_INT */
} sim_field;

#define AT(member) offsetof(korch_sim_rule, member)

static const sim_field fields[] = {
    {"start", FIELD_DURATION, AT(start_us), 0},
    {"start-error", FIELD_TEXT, AT(start_error), 0},
    {"run", FIELD_DURATION, AT(run_us), 0},
    {"exit-code", FIELD_INT, AT(exit_code), 255},
    {"signal", FIELD_INT, AT(signal), 64},
    {"crash-permille", FIELD_INT, AT(crash_permille), 1000},
    {"crash-within", FIELD_DURATION, AT(crash_within_us), 0},
    {"ignore-term", FIELD_BOOL, AT(ignores_term), 0},
    {"term", FIELD_DURATION, AT(term_us), 0},
    {"term-exit-code", FIELD_INT, AT(term_exit_code), 255},
    {"startup", FIELD_TEXT, AT(startup), 0},
    {"readiness", FIELD_TEXT, AT(readiness), 0},
    {"liveness", FIELD_TEXT, AT(liveness), 0},
    {"exec", FIELD_DURATION, AT(exec_us), 0},
    {"exec-exit-code", FIELD_INT, AT(exec_exit_code), 255},
    {"exec-output", FIELD_TEXT, AT(exec_output), 0},
    {"cpu", FIELD_MILLI, AT(cpu_milli), 0},
    {"memory", FIELD_BYTES, AT(memory_bytes), 0},
};

/* All strings of a rule. */
static const size_t strings[] = {AT(node),       AT(pod),         AT(container), AT(image),
                                 AT(pull_error), AT(start_error), AT(startup),   AT(readiness),
                                 AT(liveness),   AT(exec_output)};

static void *member(korch_sim_rule *rule, size_t offset)
{
	return (char *)rule + offset;
}

static const char **string_at(korch_sim_rule *rule, size_t i)
{
	return member(rule, strings[i]);
}

static int is_in_range(const korch_sim_rule *rule)
{
	const korch_usec times[] = {rule->pull_us,         rule->start_us, rule->run_us,
	                            rule->crash_within_us, rule->term_us,  rule->exec_us};
	for (size_t i = 0; i < KORCH_COUNT(times); i++) {
		if (times[i] < 0 || times[i] > KORCH_USEC_NEVER / 4)
			return 0;
	}
	const int32_t codes[] = {rule->exit_code, rule->term_exit_code, rule->exec_exit_code};
	for (size_t i = 0; i < KORCH_COUNT(codes); i++) {
		if (codes[i] < 0 || codes[i] > 255)
			return 0;
	}
	return rule->signal >= 0 && rule->signal <= 64 && rule->crash_permille >= 0 &&
	       rule->crash_permille <= 1000 && rule->pull_failures >= 0 && rule->cpu_milli >= 0 &&
	       rule->memory_bytes >= 0;
}

int korch__sim_behaviour_init(sim_behaviour *out, const korch_sim_rule *rule, korch_error **err)
{
	static const korch_sim_rule nothing = {.size = sizeof(nothing)};
	sim_behaviour made = {.rule = rule ? *rule : nothing};
	if (made.rule.size != sizeof(korch_sim_rule) || !is_in_range(&made.rule))
		return korch_error_set(err, KORCH_E_INVALID,
		                       "a rule needs its size, and numbers in their range");
	int is_short = 0;
	for (size_t i = 0; i < KORCH_COUNT(strings); i++) {
		const char **slot = string_at(&made.rule, i), *given = *slot;
		*slot = korch__strdup(given);
		is_short |= given && !*slot;
	}
	int r = is_short ? korch_error_set(err, KORCH_E_NOMEM, "out of memory")
	                 : korch__sim_behaviour_read(&made, err);
	if (r < 0) {
		korch__sim_behaviour_fini(&made);
		return r;
	}
	*out = made;
	return 0;
}

void korch__sim_behaviour_fini(sim_behaviour *behaviour)
{
	for (size_t i = 0; i < KORCH_COUNT(strings); i++)
		korch__free((char *)*string_at(&behaviour->rule, i));
	for (size_t i = 0; i < SIM_PROBES; i++)
		korch__free(behaviour->probes[i]);
	*behaviour = (sim_behaviour){0};
}

int korch__sim_behaviour_read(sim_behaviour *behaviour, korch_error **err)
{
	const char *texts[SIM_PROBES] = {behaviour->rule.startup, behaviour->rule.readiness,
	                                 behaviour->rule.liveness};
	for (size_t i = 0; i < SIM_PROBES; i++) {
		sim_timeline *timeline = NULL;
		int r = texts[i] ? korch__sim_timeline_parse(&timeline, texts[i], err) : 0;
		if (r < 0)
			return r;
		korch__free(behaviour->probes[i]);
		behaviour->probes[i] = timeline;
	}
	return 0;
}

static int set_duration(korch_usec *slot, const char *text)
{
	int64_t ns = 0;
	if (korch_duration_parse(&ns, text, NULL) < 0 || ns < 0)
		return KORCH_E_INVALID;
	*slot = ns / 1000;
	return 0;
}

static int set_int(int32_t *slot, const char *text, int64_t max)
{
	int64_t number = 0;
	if (korch__text_to_i64(&number, text) < 0 || number < 0 || number > max)
		return KORCH_E_INVALID;
	*slot = (int32_t)number;
	return 0;
}

static int set_bool(int32_t *slot, const char *text)
{
	int is_true = strcmp(text, "true") == 0;
	if (!is_true && strcmp(text, "false") != 0)
		return KORCH_E_INVALID;
	*slot = is_true;
	return 0;
}

static int set_text(const char **slot, const char *text)
{
	char *copy = korch__strdup(text);
	if (!copy)
		return KORCH_E_NOMEM;
	korch__free((char *)*slot);
	*slot = copy;
	return 0;
}

static int set_quantity(int64_t *slot, const char *text, int is_milli)
{
	korch_quantity quantity;
	if (korch_quantity_parse(&quantity, text, NULL) < 0 || korch_quantity_sign(&quantity) < 0)
		return KORCH_E_INVALID;
	*slot = is_milli ? korch_quantity_milli(&quantity) : korch_quantity_value(&quantity);
	return 0;
}

static int set_field(korch_sim_rule *rule, const sim_field *field, const char *text)
{
	void *slot = member(rule, field->offset);
	switch (field->kind) {
	case FIELD_DURATION:
		return set_duration(slot, text);
	case FIELD_INT:
		return set_int(slot, text, field->max);
	case FIELD_BOOL:
		return set_bool(slot, text);
	case FIELD_TEXT:
		return set_text(slot, text);
	case FIELD_MILLI:
	case FIELD_BYTES:
		return set_quantity(slot, text, field->kind == FIELD_MILLI);
	}
	return KORCH_E_INVALID;
}

int korch__sim_behaviour_set(sim_behaviour *behaviour, const char *name, const char *text,
                             korch_error **err)
{
	const char *names[KORCH_COUNT(fields)];
	for (size_t i = 0; i < KORCH_COUNT(fields); i++) {
		names[i] = fields[i].name;
		if (strcmp(name, fields[i].name) != 0)
			continue;
		int r = set_field(&behaviour->rule, &fields[i], text);
		if (r == KORCH_E_INVALID)
			return korch_error_set(err, r, "sim.korch.dev/%s: \"%.80s\" cannot be read", name,
			                       text);
		return r < 0 ? korch_error_set(err, r, "out of memory") : 0;
	}
	const char *nearest = korch__text_nearest(name, names, KORCH_COUNT(names));
	return korch_error_set(err, KORCH_E_INVALID, "sim.korch.dev/%.80s is not known%s%s%s", name,
	                       nearest ? ", did you mean " : "", nearest ? nearest : "",
	                       nearest ? "?" : "");
}

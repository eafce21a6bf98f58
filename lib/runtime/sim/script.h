/*
 * What simulated containers do: rules, the annotations of pods, and the profiles that come of both
 * and are shared by all containers alike. No state of containers.
 */
#ifndef KORCH_RUNTIME_SIM_SCRIPT_H
#define KORCH_RUNTIME_SIM_SCRIPT_H

#include "base/table.h"
#include "base/vec.h"
#include <korch/sim.h>

/* Results over time. */
typedef enum sim_result { SIM_OK, SIM_FAIL, SIM_TIMEOUT } sim_result;

typedef struct sim_step {
	korch_usec until; /* from the start on; KORCH_USEC_NEVER: the last */
	sim_result result;
} sim_step;

typedef struct sim_timeline {
	size_t n; /* at least 1 */
	int repeats;
	sim_step steps[];
} sim_timeline;

/* Reads "fail:5s,ok:1m,repeat". KORCH_E_INVALID, KORCH_E_NOMEM. */
int korch__sim_timeline_parse(sim_timeline **out, const char *text, korch_error **err);
/* The result at a time after the start; NULL is always ok. */
sim_result korch__sim_timeline_at(const sim_timeline *timeline, korch_usec after);

enum { SIM_PROBES = 3 };

/* A rule with strings of its own, and its timelines read. */
typedef struct sim_behaviour {
	korch_sim_rule rule;
	sim_timeline *probes[SIM_PROBES];
} sim_behaviour;

/* Copies a rule. KORCH_E_INVALID, KORCH_E_NOMEM; *out need not be finished then. */
int korch__sim_behaviour_init(sim_behaviour *out, const korch_sim_rule *rule, korch_error **err);
void korch__sim_behaviour_fini(sim_behaviour *behaviour);
/* Sets one field from the text of an annotation. KORCH_E_INVALID, KORCH_E_NOMEM. */
int korch__sim_behaviour_set(sim_behaviour *behaviour, const char *field, const char *text,
                             korch_error **err);
/* Reads the timelines of a behaviour from its texts. */
int korch__sim_behaviour_read(sim_behaviour *behaviour, korch_error **err);

/*
 * The annotations of a pod that concern us, one behind the other: key NUL value NUL. Shared by pods
 * that have the same.
 */
typedef struct sim_script {
	uint32_t refs;
	size_t length;
	char text[];
} sim_script;

/* What one container of one template does; shared, counted. */
typedef struct sim_profile {
	uint32_t refs;
	uint64_t rule;      /* serial of the rule, 0: none */
	sim_script *script; /* referenced */
	sim_behaviour behaviour;
	const char *image; /* behind the name */
	char name[];
} sim_profile;

typedef struct sim_rule {
	uint64_t serial;
	int32_t n_failed; /* pulls that failed because of it */
	sim_behaviour behaviour;
} sim_rule;

typedef struct sim_scripts {
	KORCH_VEC(sim_rule *) rules;
	uint64_t last_serial;
	korch_table texts;
	korch_table profiles;
} sim_scripts;

void korch__sim_scripts_init(sim_scripts *scripts);
/* All profiles and scripts must have been given back. */
void korch__sim_scripts_fini(sim_scripts *scripts);
int korch__sim_scripts_add(sim_scripts *scripts, const korch_sim_rule *rule, korch_error **err);
void korch__sim_scripts_clear(sim_scripts *scripts);

/* What a rule is matched with. NULL members: only rules that do not ask for them match. */
typedef struct sim_subject {
	const char *node;
	const char *pod_namespace;
	const char *pod_name;
	const char *container;
	const char *image;
} sim_subject;

/* The rule that counts, or NULL. Borrowed. */
sim_rule *korch__sim_rule_find(const sim_scripts *scripts, const sim_subject *subject);
/* 1 when a text matches a glob of "*" and "?"; a NULL glob matches everything, also NULL. */
int korch__sim_glob(const char *glob, const char *text);

/* The script of annotations; *out NULL when they say nothing. KORCH_E_INVALID, KORCH_E_NOMEM. */
int korch__sim_script_get(sim_script **out, sim_scripts *scripts, const korch_map *annotations,
                          korch_error **err);
void korch__sim_script_put(sim_scripts *scripts, sim_script *script);

/* The profile of a container; NULL when memory is short. To be given back. */
sim_profile *korch__sim_profile_get(sim_scripts *scripts, const sim_subject *subject,
                                    sim_script *script);
void korch__sim_profile_put(sim_scripts *scripts, sim_profile *profile);

#endif

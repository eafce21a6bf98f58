/* PodDisruptionBudgets: what is allowed when. */
#include "control/builtin.h"
#include "control/pdb.h"
#include "unit.h"
#include "world.h"
#include <korch/intstr.h>
#include <stdio.h>
#include <string.h>

typedef struct row {
	const char *min_available, *max_unavailable;
	int pods, ready;
	int32_t scale;
	int32_t expected, desired, allowed;
} row;

static void set(korch_int_or_string *slot, const char *text)
{
	int number;
	if (!text)
		return;
	if (strchr(text, '%'))
		korch_int_or_string_set_text(slot, text);
	else if (sscanf(text, "%d", &number) == 1)
		korch_int_or_string_set_number(slot, number);
}

static korch_pod_disruption_budget *make_budget(const row *r)
{
	korch_pod_disruption_budget *budget =
	    (korch_pod_disruption_budget *)make(&korch_pod_disruption_budget_kind, "shop", "web");
	korch_pod_disruption_budget_spec *spec =
	    korch_struct_edit(&budget->spec, &korch_pod_disruption_budget_spec_type);
	set(&spec->min_available, r->min_available);
	set(&spec->max_unavailable, r->max_unavailable);
	korch_block_take(&spec->selector, make_selector("app", "web"));
	return budget;
}

START_TEST(test_counts)
{
	static const row rows[] = {
	    {"2", NULL, 3, 3, 3, 3, 2, 1},   {"2", NULL, 3, 2, 3, 3, 2, 0},
	    {"50%", NULL, 5, 5, 5, 5, 3, 2}, {NULL, "1", 3, 3, 3, 3, 2, 1},
	    {NULL, "30%", 3, 3, 3, 3, 2, 1}, {NULL, "1", 3, 1, 3, 3, 2, 0},
	    {NULL, "5", 3, 3, 3, 3, 0, 3},   {"1", NULL, 0, 0, 0, 0, 1, 0},
	};
	korch_controller_spec spec;
	ck_assert_int_eq(korch__pdb_controller(&spec), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		world *w = world_new();
		const korch_object *owner = world_put(w, &make_replica_set("web", rows[i].scale)->object);
		world_put(w, &make_budget(&rows[i])->object);
		for (int j = 0; j < rows[i].pods; j++) {
			char name[16];
			snprintf(name, sizeof(name), "p%d", j);
			korch_pod *pod = make_pod("shop", name);
			make_label(&pod->object, "app", "web");
			korch_object_set_controller(&pod->object, owner);
			make_condition(pod, "Ready", j < rows[i].ready ? "True" : "False", w->now);
			world_put(w, &pod->object);
		}
		world_run(w, &spec, "shop", "web");
		const korch_pod_disruption_budget_status *status =
		    ((const korch_pod_disruption_budget *)world_get(w, &korch_pod_disruption_budget_kind,
		                                                    "shop", "web"))
		        ->status;
		ck_assert_int_eq(status->expected_pods, rows[i].expected);
		ck_assert_int_eq(status->desired_healthy, rows[i].desired);
		ck_assert_int_eq(status->disruptions_allowed, rows[i].allowed);
		ck_assert_int_eq(status->current_healthy, rows[i].ready);
		ck_assert_str_eq(status->conditions[0].reason,
		                 rows[i].allowed ? "SufficientPods" : "InsufficientPods");
		ck_assert_uint_eq(world_run(w, &spec, "shop", "web"), 0);
		world_free(w);
	}
}
END_TEST

START_TEST(test_evictions)
{
	static const row one = {.min_available = "1"};
	korch_pod_disruption_budget *budget = make_budget(&one);
	korch_pod *pod = make_pod("shop", "p");
	ck_assert_int_eq(korch__pdb_allows(budget, pod), KORCH__PDB_UNCOUNTED); /* pending */
	korch_string_set(&pod->status->phase, "Running");
	make_condition(pod, "Ready", "True", WORLD_START);
	ck_assert_int_eq(korch__pdb_allows(budget, pod), KORCH__PDB_REFUSED); /* nothing is known yet */
	korch_pod_disruption_budget_status *status =
	    korch_struct_edit(&budget->status, &korch_pod_disruption_budget_status_type);
	status->disruptions_allowed = 1;
	ck_assert_int_eq(korch__pdb_allows(budget, pod), KORCH__PDB_ALLOWED);
	korch_object_edit_meta(&budget->object)->generation = 2;
	ck_assert_int_eq(korch__pdb_allows(budget, pod), KORCH__PDB_REFUSED);
	make_condition(pod, "Ready", "False", WORLD_START);
	ck_assert_int_eq(korch__pdb_allows(budget, pod), KORCH__PDB_REFUSED);
	status->current_healthy = status->desired_healthy = 1;
	ck_assert_int_eq(korch__pdb_allows(budget, pod), KORCH__PDB_UNCOUNTED);
	status->current_healthy = 0;
	korch_string_set(&budget->spec->unhealthy_pod_eviction_policy, "AlwaysAllow");
	ck_assert_int_eq(korch__pdb_allows(budget, pod), KORCH__PDB_UNCOUNTED);
	korch_object_unref(&budget->object);
	korch_object_unref(&pod->object);
}
END_TEST

KORCH_SUITE(pdb)
{
	Suite *suite = suite_create("pdb");
	KORCH_CASE(suite, "budget", test_counts, test_evictions);
	return suite;
}

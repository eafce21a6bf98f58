/* The Deployment decider: rolling, Recreate, scaling, pause, deadline, history, rollback; its law
 * under random sequences. */
#include "base/random.h"
#include "control/deployment/deployment.h"
#include "control/replicaset.h"
#include "unit.h"
#include "world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct setup {
	world *w;
	korch_controller_spec deployments;
	korch_controller_spec sets;
	int known; /* least available that a decision, which may not be carried out yet, was based on */
} setup;

static setup start(korch_deployment *deployment)
{
	setup s = {.w = world_new(), .known = INT32_MAX};
	ck_assert_int_eq(korch__deployment_controller(&s.deployments), 0);
	ck_assert_int_eq(korch__replica_set_controller(&s.sets), 0);
	world_put(s.w, &deployment->object);
	return s;
}

static const korch_deployment *web(setup *s)
{
	return (const korch_deployment *)world_get(s->w, &korch_deployment_kind, "shop", "web");
}

static const korch_replica_set *set_at(setup *s, size_t i)
{
	return (const korch_replica_set *)world_at(s->w, &korch_replica_set_kind, i);
}

/* The set whose template has the image, or NULL. */
static const korch_replica_set *set_of(setup *s, const char *image)
{
	const korch_replica_set *set;
	for (size_t i = 0; (set = set_at(s, i)); i++) {
		if (strcmp(set->spec->template_->spec->containers[0].image, image) == 0)
			return set;
	}
	return NULL;
}

static int32_t size_of(setup *s, const char *image)
{
	return set_of(s, image) ? set_of(s, image)->spec->replicas : -1;
}

static size_t run_sets(setup *s)
{
	size_t steps = 0;
	s->known = INT32_MAX;
	for (size_t i = 0; set_at(s, i); i++)
		steps += world_run(s->w, &s->sets, "shop", korch_object_name(&set_at(s, i)->object));
	return steps;
}

static korch_plan *decide(setup *s)
{
	return world_reconcile(s->w, &s->deployments, "shop", "web");
}

static void all_ready(setup *s, int ready)
{
	const korch_pod *pod;
	for (size_t i = 0; (pod = (const korch_pod *)world_at(s->w, &korch_pod_kind, i)); i++)
		pod_ready(s->w, korch_object_name(&pod->object), ready);
}

/* Until nothing changes any more; pods become ready when `ready`. */
static void settle(setup *s, int ready)
{
	for (int round = 0; round < 200; round++) {
		size_t steps = world_run(s->w, &s->deployments, "shop", "web") + run_sets(s);
		if (ready)
			all_ready(s, 1);
		steps += run_sets(s);
		if (steps == 0 && world_run(s->w, &s->deployments, "shop", "web") == 0)
			return;
	}
	ck_abort_msg("does not settle");
}

static korch_deployment *edit(setup *s, korch_deployment_spec **spec)
{
	korch_deployment *edited = (korch_deployment *)korch_object_edit(&web(s)->object);
	*spec = korch_struct_edit(&edited->spec, &korch_deployment_spec_type);
	korch_object_edit_meta(&edited->object)->generation++;
	return edited;
}

static void set_image(setup *s, const char *image)
{
	korch_deployment_spec *spec;
	korch_deployment *edited = edit(s, &spec);
	korch_block_take(&spec->template_, make_template("web", image));
	world_put(s->w, &edited->object);
}

static void set_replicas(setup *s, int32_t replicas)
{
	korch_deployment_spec *spec;
	korch_deployment *edited = edit(s, &spec);
	KORCH_SET(spec, korch_deployment_spec, replicas, replicas);
	world_put(s->w, &edited->object);
}

static void set_paused(setup *s, int paused)
{
	korch_deployment_spec *spec;
	korch_deployment *edited = edit(s, &spec);
	spec->paused = paused;
	world_put(s->w, &edited->object);
}

static void set_strategy(korch_deployment_spec *spec, const char *type, int32_t surge,
                         int32_t unavailable)
{
	korch_deployment_strategy *strategy =
	    korch_struct_edit(&spec->strategy, &korch_deployment_strategy_type);
	korch_string_set(&strategy->type, type);
	if (surge < 0)
		return;
	korch_rolling_update_deployment *rolling =
	    korch_struct_edit(&strategy->rolling_update, &korch_rolling_update_deployment_type);
	rolling->max_surge = (korch_int_or_string){.number = surge, .is_set = 1};
	rolling->max_unavailable = (korch_int_or_string){.number = unavailable, .is_set = 1};
}

static const korch_deployment_condition *condition(setup *s, const char *type)
{
	const korch_deployment_status *status = web(s)->status;
	for (size_t i = 0; status && i < status->n_conditions; i++) {
		if (strcmp(status->conditions[i].type, type) == 0)
			return &status->conditions[i];
	}
	return NULL;
}

static void end(setup *s)
{
	world_free(s->w);
}

START_TEST(test_first_revision)
{
	setup s = start(make_deployment("web", 3, "main:1"));
	korch_plan *plan = decide(&s);
	const korch_replica_set *set = set_at(&s, 0);
	const char *hash = korch_map_get(set->object.metadata->labels, "pod-template-hash");
	char name[80], note[200];
	ck_assert_ptr_nonnull(hash);
	ck_assert_uint_eq(strspn(hash, "bcdfghjklmnpqrstvwxz2456789"), strlen(hash));
	snprintf(name, sizeof(name), "web-%s", hash);
	ck_assert_str_eq(korch_object_name(&set->object), name);
	snprintf(note, sizeof(note), "ScalingReplicaSet: Scaled up replica set %s from 0 to 3", name);
	ck_assert_str_eq(world_note(plan, 0), note);
	ck_assert_int_eq(set->spec->replicas, 3);
	ck_assert_str_eq(korch_map_get(set->spec->selector->match_labels, "pod-template-hash"), hash);
	ck_assert_str_eq(korch_map_get(set->spec->template_->metadata->labels, "pod-template-hash"),
	                 hash);
	ck_assert_str_eq(korch_map_get(set->object.metadata->annotations, KORCH__ANNOTATION_REVISION),
	                 "1");
	ck_assert_str_eq(korch_map_get(set->object.metadata->annotations, KORCH__ANNOTATION_DESIRED),
	                 "3");
	ck_assert_str_eq(korch_map_get(set->object.metadata->annotations, KORCH__ANNOTATION_MAX), "4");
	ck_assert_str_eq(
	    korch_map_get(web(&s)->object.metadata->annotations, KORCH__ANNOTATION_REVISION), "1");
	ck_assert_ptr_eq(set->spec->template_->spec, web(&s)->spec->template_->spec);
	ck_assert_str_eq(condition(&s, "Progressing")->reason, "NewReplicaSetCreated");
	ck_assert_str_eq(condition(&s, "Available")->status, "False");
	ck_assert_int_eq(korch_plan_wake(plan), s.w->now + 600 * KORCH_USEC_PER_SEC + 1);
	korch_plan_free(plan);
	settle(&s, 1);
	ck_assert_str_eq(condition(&s, "Progressing")->reason, "NewReplicaSetAvailable");
	snprintf(note, sizeof(note), "ReplicaSet \"%s\" has successfully progressed.", name);
	ck_assert_str_eq(condition(&s, "Progressing")->message, note);
	ck_assert_str_eq(condition(&s, "Available")->message, "Deployment has minimum availability.");
	ck_assert_int_eq(web(&s)->status->available_replicas, 3);
	ck_assert_int_eq(web(&s)->status->updated_replicas, 3);
	end(&s);
}
END_TEST

START_TEST(test_rolling_step_by_step)
{
	korch_deployment *deployment = make_deployment("web", 4, "main:1");
	set_strategy(deployment->spec, "RollingUpdate", 1, 1);
	setup s = start(deployment);
	settle(&s, 1);
	set_image(&s, "main:2");
	korch_plan_free(decide(&s));
	ck_assert_int_eq(size_of(&s, "main:2"), 1); /* surge */
	korch_plan_free(decide(&s));
	ck_assert_int_eq(size_of(&s, "main:1"), 3); /* maxUnavailable */
	korch_plan_free(decide(&s));
	ck_assert_int_eq(size_of(&s, "main:2"), 1); /* the old one is not gone yet: 5 there */
	run_sets(&s);
	korch_plan_free(decide(&s));
	ck_assert_int_eq(size_of(&s, "main:2"), 2);
	settle(&s, 0); /* the new pods do not become ready: it stays at 3 available */
	ck_assert_int_eq(size_of(&s, "main:2"), 2);
	ck_assert_int_eq(size_of(&s, "main:1"), 3);
	ck_assert_int_eq(web(&s)->status->available_replicas, 3);
	settle(&s, 1);
	ck_assert_int_eq(size_of(&s, "main:2"), 4);
	ck_assert_int_eq(size_of(&s, "main:1"), 0);
	ck_assert_str_eq(
	    korch_map_get(web(&s)->object.metadata->annotations, KORCH__ANNOTATION_REVISION), "2");
	end(&s);
}
END_TEST

START_TEST(test_unhealthy_old_go_first)
{
	korch_deployment *deployment = make_deployment("web", 4, "broken:1");
	set_strategy(deployment->spec, "RollingUpdate", 1, 0);
	setup s = start(deployment);
	settle(&s, 0);
	set_image(&s, "main:2");
	korch_plan_free(decide(&s));
	ck_assert_int_eq(size_of(&s, "main:2"), 1);
	run_sets(&s);
	korch_plan_free(decide(&s)); /* 5 - 4 - 1: nothing may go while the new one is not available */
	ck_assert_int_eq(size_of(&s, "broken:1"), 4);
	const korch_pod *pod = NULL;
	for (size_t i = 0; (pod = (const korch_pod *)world_at(s.w, &korch_pod_kind, i)); i++) {
		if (strcmp(pod->spec->containers[0].image, "main:2") == 0)
			pod_ready(s.w, korch_object_name(&pod->object), 1);
	}
	run_sets(&s);
	korch_plan_free(decide(&s));
	ck_assert_int_eq(size_of(&s, "broken:1"), 3);
	end(&s);
}
END_TEST

START_TEST(test_deadline)
{
	setup s = start(make_deployment("web", 2, "main:1"));
	settle(&s, 1);
	set_image(&s, "broken:2");
	settle(&s, 0);
	korch_plan *plan = decide(&s);
	ck_assert_str_eq(condition(&s, "Progressing")->reason, "ReplicaSetUpdated");
	korch_usec wake = korch_plan_wake(plan);
	ck_assert_int_eq(wake,
	                 condition(&s, "Progressing")->last_update_time + 600 * KORCH_USEC_PER_SEC + 1);
	korch_plan_free(plan);
	world_advance(s.w, wake - 1 - s.w->now);
	korch_plan_free(decide(&s));
	ck_assert_str_eq(condition(&s, "Progressing")->status, "True");
	world_advance(s.w, 1);
	plan = decide(&s);
	ck_assert_str_eq(condition(&s, "Progressing")->status, "False");
	ck_assert_str_eq(condition(&s, "Progressing")->reason, "ProgressDeadlineExceeded");
	ck_assert_ptr_nonnull(
	    strstr(condition(&s, "Progressing")->message, "has timed out progressing."));
	korch_plan_free(plan);
	plan = decide(&s);
	ck_assert_uint_eq(korch_plan_steps(plan), 0);
	ck_assert_int_eq(korch_plan_wake(plan), KORCH_USEC_NEVER);
	korch_plan_free(plan);
	settle(&s, 1);
	ck_assert_str_eq(condition(&s, "Progressing")->reason, "NewReplicaSetAvailable");
	end(&s);
}
END_TEST

START_TEST(test_pause_and_resume)
{
	setup s = start(make_deployment("web", 2, "main:1"));
	settle(&s, 1);
	set_paused(&s, 1);
	set_image(&s, "main:2");
	settle(&s, 1);
	ck_assert_ptr_null(set_of(&s, "main:2"));
	ck_assert_str_eq(condition(&s, "Progressing")->reason, "DeploymentPaused");
	set_replicas(&s, 5); /* is still obeyed */
	settle(&s, 1);
	ck_assert_int_eq(size_of(&s, "main:1"), 5);
	set_paused(&s, 0);
	korch_plan_free(decide(&s));
	ck_assert_ptr_nonnull(set_of(&s, "main:2"));
	settle(&s, 1);
	ck_assert_int_eq(size_of(&s, "main:2"), 5);
	ck_assert_str_eq(condition(&s, "Progressing")->reason, "NewReplicaSetAvailable");
	end(&s);
}
END_TEST

START_TEST(test_recreate)
{
	korch_deployment *deployment = make_deployment("web", 2, "main:1");
	set_strategy(deployment->spec, "Recreate", -1, 0);
	setup s = start(deployment);
	settle(&s, 1);
	pod_bind(s.w, korch_object_name(world_at(s.w, &korch_pod_kind, 0)), "n1");
	set_image(&s, "main:2");
	korch_plan_free(decide(&s));
	ck_assert_int_eq(size_of(&s, "main:1"), 0);
	ck_assert_ptr_null(set_of(&s, "main:2"));
	settle(&s, 0); /* the bound pod is still ending */
	ck_assert_uint_eq(world_count(s.w, &korch_pod_kind), 1);
	ck_assert_ptr_null(set_of(&s, "main:2"));
	world_remove(s.w, world_at(s.w, &korch_pod_kind, 0));
	settle(&s, 1);
	ck_assert_int_eq(size_of(&s, "main:2"), 2);
	ck_assert_int_eq(web(&s)->status->available_replicas, 2);
	end(&s);
}
END_TEST

START_TEST(test_proportional_scaling)
{
	korch_deployment *deployment = make_deployment("web", 10, "main:1");
	set_strategy(deployment->spec, "RollingUpdate", 3, 2);
	setup s = start(deployment);
	settle(&s, 1);
	set_image(&s, "broken:2");
	settle(&s, 0);
	ck_assert_int_eq(size_of(&s, "main:1"), 8); /* Kubernetes' own example: 8 and 5, to 15 gives 11
	                                               and 7 */
	ck_assert_int_eq(size_of(&s, "broken:2"), 5);
	set_replicas(&s, 15);
	korch_plan_free(decide(&s));
	ck_assert_int_eq(size_of(&s, "main:1"), 11);
	ck_assert_int_eq(size_of(&s, "broken:2"), 7);
	ck_assert_str_eq(korch_map_get(set_of(&s, "main:1")->object.metadata->annotations,
	                               KORCH__ANNOTATION_DESIRED),
	                 "15");
	ck_assert_str_eq(
	    korch_map_get(set_of(&s, "main:1")->object.metadata->annotations, KORCH__ANNOTATION_MAX),
	    "18");
	settle(&s, 1);
	ck_assert_int_eq(size_of(&s, "broken:2"), 15);
	end(&s);
}
END_TEST

START_TEST(test_history_and_rollback)
{
	korch_deployment *deployment = make_deployment("web", 1, "main:1");
	KORCH_SET(((korch_deployment_spec *)deployment->spec), korch_deployment_spec,
	          revision_history_limit, 2);
	setup s = start(deployment);
	char image[16];
	settle(&s, 1);
	for (int i = 2; i <= 5; i++) {
		snprintf(image, sizeof(image), "main:%d", i);
		set_image(&s, image);
		settle(&s, 1);
	}
	ck_assert_uint_eq(world_count(s.w, &korch_replica_set_kind), 3);
	ck_assert_ptr_null(set_of(&s, "main:2"));
	korch_plan *plan = NULL;
	korch_error *err = NULL;
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_int_eq(korch__deployment_rollback(s.w->view, web(&s), 1, plan, &err),
	                 KORCH_E_NOT_FOUND);
	ck_assert_str_eq(korch_error_message(err), "unable to find specified revision 1 in history");
	korch_error_free(err);
	ck_assert_int_eq(korch__deployment_rollback(s.w->view, web(&s), 0, plan, NULL), 0);
	world_apply(s.w, plan);
	korch_plan_free(plan);
	ck_assert_str_eq(web(&s)->spec->template_->spec->containers[0].image, "main:4");
	ck_assert_ptr_null(
	    korch_map_get(web(&s)->spec->template_->metadata->labels, "pod-template-hash"));
	settle(&s, 1);
	ck_assert_int_eq(size_of(&s, "main:4"), 1);
	const korch_map *annotations = set_of(&s, "main:4")->object.metadata->annotations;
	ck_assert_str_eq(korch_map_get(annotations, KORCH__ANNOTATION_REVISION), "6");
	ck_assert_str_eq(korch_map_get(annotations, KORCH__ANNOTATION_REVISION_HISTORY), "4");
	ck_assert_str_eq(
	    korch_map_get(web(&s)->object.metadata->annotations, KORCH__ANNOTATION_REVISION), "6");
	end(&s);
}
END_TEST

START_TEST(test_collision_and_adoption)
{
	korch_deployment *deployment = make_deployment("web", 1, "main:1");
	char name[KORCH__NAME_SIZE];
	korch__deployment_set_name(name, deployment);
	setup s = start(deployment);
	korch_replica_set *squatter = make_replica_set(name, 0);
	world_put(s.w, &squatter->object);
	korch_plan_free(decide(&s));
	ck_assert_uint_eq(world_count(s.w, &korch_replica_set_kind), 1);
	ck_assert_int_eq(web(&s)->status->collision_count, 1);
	settle(&s, 1);
	ck_assert_uint_eq(world_count(s.w, &korch_replica_set_kind), 2);
	korch_replica_set *orphan = make_replica_set("orphan", 1);
	make_label(&orphan->object, "app", "web");
	world_put(s.w, &orphan->object);
	korch_plan_free(decide(&s));
	const korch_object *adopted = world_get(s.w, &korch_replica_set_kind, "shop", "orphan");
	ck_assert_str_eq(korch_object_controller(adopted)->name, "web");
	end(&s);
}
END_TEST

START_TEST(test_percentages)
{
	static const struct {
		int32_t replicas;
		const char *surge, *unavailable;
		int32_t surge_is, unavailable_is;
	} rows[] = {
	    {10, "25%", "25%", 3, 2},  {3, "25%", "25%", 1, 0},   {1, "0%", "0%", 0, 1},
	    {10, "0%", "9%", 0, 1},    {5, "100%", "100%", 5, 5}, {0, "25%", "25%", 0, 0},
	    {4, "200%", "300%", 8, 4},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		korch_deployment *deployment = make_deployment("web", rows[i].replicas, "main:1");
		set_strategy(deployment->spec, "RollingUpdate", 0, 0);
		korch_rolling_update_deployment *rolling = deployment->spec->strategy->rolling_update;
		rolling->max_surge =
		    (korch_int_or_string){.text = korch_string_new(rows[i].surge), .is_set = 1};
		rolling->max_unavailable =
		    (korch_int_or_string){.text = korch_string_new(rows[i].unavailable), .is_set = 1};
		int32_t surge, unavailable;
		korch__deployment_limits(deployment, &surge, &unavailable);
		ck_assert_int_eq(surge, rows[i].surge_is);
		ck_assert_int_eq(unavailable, rows[i].unavailable_is);
		korch_object_unref(&deployment->object);
	}
}
END_TEST

/* What the law speaks of, counted in pods. */
typedef struct counts {
	int present; /* not terminal, not being deleted */
	int available;
} counts;

static counts count_pods(setup *s)
{
	counts c = {0};
	const korch_pod *pod;
	for (size_t i = 0; (pod = (const korch_pod *)world_at(s->w, &korch_pod_kind, i)); i++) {
		if (pod->object.metadata->deletion_timestamp)
			continue;
		c.present++;
		for (size_t j = 0; pod->status && j < pod->status->n_conditions; j++)
			c.available += strcmp(pod->status->conditions[j].type, "Ready") == 0 &&
			               strcmp(pod->status->conditions[j].status, "True") == 0;
	}
	return c;
}

static void random_fault(setup *s, korch_random *random)
{
	size_t n = world_count(s->w, &korch_pod_kind);
	const korch_object *pod =
	    n ? world_at(s->w, &korch_pod_kind, korch__random_below(random, n)) : NULL;
	if (!pod)
		return;
	uint64_t what = korch__random_below(random, 12);
	char name[80];
	snprintf(name, sizeof(name), "%s", korch_object_name(pod));
	if (what < 9 && !pod->metadata->deletion_timestamp) {
		pod_bind(s->w, name, what & 1 ? "n1" : "n2");
		pod_ready(s->w, name, 1);
		return;
	}
	if (pod->metadata->deletion_timestamp) {
		world_remove(s->w, pod);
		return;
	}
	/* A loss between a decision and its execution is not our doing: nothing is under way around it.
	 */
	run_sets(s);
	pod = world_get(s->w, &korch_pod_kind, "shop", name);
	if (pod && what == 9)
		pod_ready(s->w, name, 0);
	else if (pod)
		world_remove(s->w, pod);
	run_sets(s);
}

static void random_wish(setup *s, korch_random *random)
{
	char image[16];
	uint64_t what = korch__random_below(random, 30);
	run_sets(s);
	if (what < 2) {
		snprintf(image, sizeof(image), "main:%d", (int)korch__random_below(random, 4));
		set_image(s, image);
	} else if (what == 2) {
		set_replicas(s, (int32_t)korch__random_below(random, 12));
	} else if (what == 3) {
		set_paused(s, !web(s)->spec->paused);
	}
}

static int known_available(setup *s)
{
	int sum = 0;
	for (size_t i = 0; set_at(s, i); i++)
		sum += set_at(s, i)->status ? set_at(s, i)->status->available_replicas : 0;
	return sum;
}

/* One step of our own: neither limit may be broken by it, or be broken more than it was. */
static void own_step(setup *s, korch_random *random, int seed)
{
	counts before = count_pods(s);
	int32_t surge, unavailable, desired = web(s)->spec->replicas;
	korch__deployment_limits(web(s), &surge, &unavailable);
	int known = known_available(s);
	s->known = known < s->known ? known : s->known;
	size_t n = world_count(s->w, &korch_replica_set_kind),
	       which = korch__random_below(random, n + 1);
	if (which == n)
		world_run(s->w, &s->deployments, "shop", "web");
	else
		world_run(s->w, &s->sets, "shop", korch_object_name(&set_at(s, which)->object));
	counts after = count_pods(s);
	int least = desired - unavailable < before.available ? desired - unavailable : before.available;
	least = s->known < least ? s->known : least;
	int most = desired + surge > before.present ? desired + surge : before.present;
	ck_assert_msg(after.available >= least, "seed %d: %d available, must be %d", seed,
	              after.available, least);
	ck_assert_msg(after.present <= most, "seed %d: %d pods, may be %d", seed, after.present, most);
}

START_TEST(test_law)
{
	for (int seed = 0; seed < 150; seed++) {
		korch_random random;
		korch__random_init(&random, (uint64_t)seed);
		korch_deployment *deployment =
		    make_deployment("web", 1 + (int32_t)korch__random_below(&random, 10), "main:0");
		set_strategy(deployment->spec, "RollingUpdate", (int32_t)korch__random_below(&random, 4),
		             (int32_t)korch__random_below(&random, 4));
		setup s = start(deployment);
		for (int step = 0; step < 250; step++) {
			world_advance(s.w, (korch_usec)korch__random_below(&random, 3) * KORCH_USEC_PER_SEC);
			uint64_t what = korch__random_below(&random, 10);
			if (what < 5)
				own_step(&s, &random, seed);
			else if (what < 9)
				random_fault(&s, &random);
			else
				random_wish(&s, &random);
		}
		set_paused(&s, 0);
		settle(&s, 1);
		const korch_deployment_status *status = web(&s)->status;
		ck_assert_msg(status->updated_replicas == web(&s)->spec->replicas &&
		                  status->replicas == status->updated_replicas,
		              "seed %d: %d of %d", seed, status->updated_replicas, web(&s)->spec->replicas);
		end(&s);
	}
}
END_TEST

KORCH_SUITE(deployment)
{
	Suite *suite = suite_create("deployment");
	KORCH_CASE(suite, "rolling", test_first_revision, test_rolling_step_by_step,
	           test_unhealthy_old_go_first, test_percentages);
	KORCH_CASE(suite, "progress", test_deadline, test_pause_and_resume);
	KORCH_CASE(suite, "other", test_recreate, test_proportional_scaling, test_history_and_rollback,
	           test_collision_and_adoption);
	KORCH_CASE(suite, "law", test_law);
	return suite;
}

/* The world of a single pod: what operations lead to when everything goes well. */
#include "world.h"
#include <stdio.h>
#include <string.h>

static korch_pod *parse(const char *spec)
{
	char text[8192];
	korch_object *out = NULL;
	korch_error *err = NULL;
	snprintf(
	    text, sizeof(text),
	    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":\"n\","
	    "\"uid\":\"u1\",\"generation\":1},\"spec\":%s}",
	    spec);
	int code = korch_object_from_json(&out, text, strlen(text), NULL, NULL, &err);
	ck_assert_msg(code == 0, "%s", korch_error_message(err));
	return (korch_pod *)out;
}

void world_init(world *self, const char *spec)
{
	memset(self, 0, sizeof(*self));
	self->pod = parse(spec);
	ck_assert_int_eq(korch__intern_new(&self->intern), 0);
	self->in = (korch__pod_input){
	    .pod = self->pod,
	    .now = WORLD_START,
	    .start_us = WORLD_START,
	    .volumes = KORCH__VOLUMES_READY,
	    .address = "127.1.0.1",
	    .host_address = "127.0.0.1",
	    .runtime_name = "sim",
	    .containers = self->facts,
	    .intern = self->intern,
	};
	ck_assert_uint_le(korch__pod_containers(self->pod), WORLD_CONTAINERS);
}

void world_fini(world *self)
{
	for (size_t i = 0; i < WORLD_CONTAINERS; i++)
		korch__facts_fini(&self->facts[i]);
	korch__pod_output_fini(&self->out);
	korch_object_unref(&self->pod->object);
	korch__intern_free(self->intern);
}

static void note(world *self, const korch__pod_op *op)
{
	static const char *const names[] = {"sandbox", "sandbox-remove", "clean",    "prepare",
	                                    "start",   "post-start",     "pre-stop", "stop"};
	size_t used = strlen(self->log);
	const char *name = "";
	if (op->kind >= KORCH__OP_PREPARE)
		name = korch__pod_container(self->pod, op->container)->name;
	snprintf(self->log + used, sizeof(self->log) - used, "%s%s%s", names[op->kind],
	         *name ? " " : "", name);
	used = strlen(self->log);
	if (op->kind == KORCH__OP_START)
		snprintf(self->log + used, sizeof(self->log) - used, " %d", (int)op->restart_count);
	else if (op->kind == KORCH__OP_STOP || op->kind == KORCH__OP_PRE_STOP)
		snprintf(self->log + used, sizeof(self->log) - used, " %d",
		         (int)(op->grace_us / KORCH_USEC_PER_SEC));
	strncat(self->log, ";", sizeof(self->log) - strlen(self->log) - 1);
}

static void carry_out(world *self, const korch__pod_op *op)
{
	korch__container_facts *facts = &self->facts[op->container];
	ck_assert_int_eq(korch__facts_begin(facts, op, &self->in), 0);
	switch (op->kind) {
	case KORCH__OP_SANDBOX_CREATE:
		self->in.sandbox = KORCH__SANDBOX_READY;
		break;
	case KORCH__OP_SANDBOX_REMOVE:
		self->in.sandbox = KORCH__SANDBOX_REMOVED;
		break;
	case KORCH__OP_CLEAN:
		self->in.volumes = KORCH__VOLUMES_CLEANED;
		break;
	case KORCH__OP_PREPARE:
		if (!self->manual)
			korch__facts_prepared(facts, 0, "", "", self->in.now);
		break;
	case KORCH__OP_START:
		if (!self->manual)
			korch__facts_started(facts, 0, "", "", self->in.now);
		break;
	default:
		break;
	}
}

void world_decide(world *self)
{
	ck_assert_int_eq(korch__pod_decide(&self->in, &self->out), 0);
	self->in.stop_us = self->out.stop_us;
	if (self->out.status) {
		korch_object *next = korch_object_edit(&self->pod->object);
		ck_assert_ptr_nonnull(next);
		korch_block_share(&((korch_pod *)next)->status, self->out.status);
		korch_object_unref(&self->pod->object);
		self->pod = (korch_pod *)next;
		self->in.pod = self->pod;
	}
	for (size_t i = 0; i < self->out.ops.n; i++) {
		note(self, &self->out.ops.items[i]);
		carry_out(self, &self->out.ops.items[i]);
	}
}

void world_settle(world *self)
{
	int rounds = 0;
	do {
		ck_assert_int_lt(rounds++, 50);
		world_decide(self);
	} while (self->out.ops.n > 0 || self->out.status);
}

void world_pass(world *self, int64_t seconds)
{
	korch_usec end = self->in.now + seconds * KORCH_USEC_PER_SEC;
	world_settle(self);
	while (self->out.wake_us <= end) {
		ck_assert(self->out.wake_us > self->in.now);
		self->in.now = self->out.wake_us;
		world_settle(self);
	}
	self->in.now = end;
	world_settle(self);
}

void world_expect(world *self, const char *log)
{
	ck_assert_str_eq(self->log, log);
	self->log[0] = '\0';
}

korch__container_facts *world_facts(world *self, const char *name)
{
	size_t i = korch__pod_container_index(self->pod, name);
	ck_assert_uint_lt(i, WORLD_CONTAINERS);
	return &self->facts[i];
}

void world_exit(world *self, const char *name, int code)
{
	korch__container_facts *facts = world_facts(self, name);
	korch_container_report report = {
	    .phase = KORCH_CONTAINER_EXITED,
	    .restart_count = facts->restart_count,
	    .exit_code = code,
	    .signal = code > 128 ? code - 128 : 0,
	    .started_us = facts->started_us,
	    .finished_us = self->in.now,
	    .image_id = "",
	    .reason = "",
	    .message = "",
	};
	ck_assert_int_eq(korch__facts_report(facts, &report), 1);
	world_settle(self);
}

const korch_container_status *world_status(world *self, const char *name)
{
	const korch_container_status *status =
	    korch__pod_container_status(self->pod, korch__pod_container_index(self->pod, name));
	ck_assert_ptr_nonnull(status);
	return status;
}

void world_condition(world *self, const char *type, const char *text)
{
	const korch_pod_status *status = self->pod->status;
	for (size_t i = 0; i < status->n_conditions; i++) {
		const korch_pod_condition *is = &status->conditions[i];
		char found[512];
		if (strcmp(is->type, type) != 0)
			continue;
		snprintf(found, sizeof(found), "%s %s", is->status, is->reason ? is->reason : "-");
		ck_assert_str_eq(found, text);
		return;
	}
	ck_abort_msg("no condition %s", type);
}

void world_state(world *self, const char *name, const char *text)
{
	const korch_container_state *state = world_status(self, name)->state;
	char found[256];
	if (state->waiting)
		snprintf(found, sizeof(found), "waiting:%s", state->waiting->reason);
	else if (state->running)
		snprintf(found, sizeof(found), "running");
	else
		snprintf(found, sizeof(found), "terminated:%s:%d", state->terminated->reason,
		         (int)state->terminated->exit_code);
	ck_assert_str_eq(found, text);
}

void world_phase(world *self, const char *phase)
{
	ck_assert_ptr_nonnull(self->pod->status);
	ck_assert_str_eq(self->pod->status->phase, phase);
}

void world_delete(world *self, int64_t grace_seconds)
{
	korch_object *next = korch_object_edit(&self->pod->object);
	korch_object_meta *meta = korch_object_edit_meta(next);
	meta->deletion_timestamp = self->in.now + grace_seconds * KORCH_USEC_PER_SEC;
	KORCH_SET(meta, korch_object_meta, deletion_grace_period_seconds, grace_seconds);
	korch_object_unref(&self->pod->object);
	self->pod = (korch_pod *)next;
	self->in.pod = self->pod;
	world_settle(self);
}

void world_update(world *self, const char *spec)
{
	korch_pod *next = parse(spec);
	korch_block_share(&next->status, self->pod->status);
	korch_object_unref(&self->pod->object);
	self->pod = next;
	self->in.pod = next;
	world_settle(self);
}

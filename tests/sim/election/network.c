/* The way of calls to the store and back. Watches: watch.c. */
#include "message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_US = 5000000, LATE_US = 30000000 };

void need_failed(const char *file, int line, const char *call)
{
	fprintf(stderr, "%s:%d: failed: %s\n", file, line, call);
	exit(1);
}

static int chance(wire *self, uint32_t permille)
{
	return korch__random_below(&self->net->random, 1000) < permille;
}

static korch_usec some_delay(wire *self)
{
	return (korch_usec)korch__random_below(&self->net->random, (uint64_t)self->delay_us + 1);
}

static void set(message *m, int stage, korch_usec delay)
{
	m->stage = stage;
	korch_timer_set(m->timer, korch_loop_now(m->net->loop) + delay);
}

/* Nobody waits for it any more. */
static void detach(message *m)
{
	wire *self = m->wire;
	if (!self)
		return;
	*(m->previous ? &m->previous->next : &self->all) = m->next;
	if (m->next)
		m->next->previous = m->previous;
	m->wire = NULL;
}

static void free_message(message *m)
{
	detach(m);
	for (size_t i = 0; i < m->n; i++) {
		korch_object_unref(m->writes[i].op == KORCH_WRITE_PUT ? m->writes[i].object : NULL);
		free(m->names[i]);
	}
	free(m->writes);
	free(m->names);
	free((char *)(uintptr_t)m->query.namespace_);
	free((char *)(uintptr_t)m->query.continue_token);
	korch__page_free(m->page);
	korch_object_unref(m->object);
	korch_timer_free(m->timer);
	free(m);
}

/* The answer is there: the process hears of it when its loop goes on. */
static void arrive(message *m)
{
	wire *self = m->wire;
	if (!self) {
		free_message(m);
		return;
	}
	m->stage = MESSAGE_ARRIVED;
	m->after = NULL;
	*self->last = m;
	self->last = &m->after;
	korch_timer_set(self->inbox, korch_loop_now(self->loop));
}

/* No answer comes; the process hears that after a while. */
static void lose(message *m)
{
	m->code = KORCH_E_IO;
	if (!m->wire)
		free_message(m);
	else
		set(m, MESSAGE_LOST, TIMEOUT_US);
}

void message_done(message *m, int code)
{
	m->code = code;
	if (!m->wire)
		free_message(m);
	else if (m->wire->is_cut || chance(m->wire, m->wire->lost_permille))
		lose(m);
	else
		set(m, MESSAGE_ANSWER, some_delay(m->wire));
}

static void on_time(void *userdata)
{
	message *m = userdata;
	if (m->stage != MESSAGE_REQUEST) {
		arrive(m);
		return;
	}
	if (m->wire && m->wire->is_cut) {
		lose(m);
		return;
	}
	m->stage = MESSAGE_DOING;
	int code = message_do(m);
	if (code < 0)
		message_done(m, code);
}

/* Given up by the process, and done much later. */
static void be_late(message *m)
{
	wire *self = m->wire;
	message *told = message_new(self, m->type);
	told->fn = m->fn;
	told->userdata = m->userdata;
	lose(told);
	detach(m);
	set(m, MESSAGE_REQUEST,
	    TIMEOUT_US + (korch_usec)korch__random_below(&self->net->random, LATE_US));
}

void message_send(message *m)
{
	wire *self = m->wire;
	if (m->type == MESSAGE_COMMIT && chance(self, self->late_permille))
		be_late(m);
	else if (chance(self, self->lost_permille))
		lose(m);
	else
		set(m, MESSAGE_REQUEST, some_delay(self));
}

message *message_new(wire *self, int type)
{
	message *m = calloc(1, sizeof(*m));
	m->net = self->net;
	m->wire = self;
	m->type = type;
	m->next = self->all;
	if (m->next)
		m->next->previous = m;
	self->all = m;
	need(korch_timer_new(&m->timer, self->net->loop, on_time, m));
	return m;
}

/* Answers */

static void deliver(message *m, int code)
{
	code = code < 0 ? code : m->code;
	switch ((message_type)m->type) {
	case MESSAGE_COMMIT:
	case MESSAGE_COMPACT:
		m->fn.commit(m->userdata, code, &m->result);
		break;
	case MESSAGE_GET:
		m->fn.get(m->userdata, code, code < 0 ? NULL : m->object);
		break;
	case MESSAGE_LIST:
		m->fn.list(m->userdata, code, code < 0 ? NULL : &m->page->page);
		break;
	default:
		m->fn.lease(m->userdata, code, code < 0 ? NULL : &m->state);
		break;
	}
}

static void on_inbox(void *userdata)
{
	wire *self = userdata;
	while (self->arrived) {
		message *m = self->arrived;
		self->arrived = m->after;
		if (!self->arrived)
			self->last = &self->arrived;
		detach(m);
		deliver(m, 0);
		free_message(m);
	}
	watches_tell(self);
}

/* Life */

static void wire_close(void *userdata)
{
	((wire *)userdata)->is_closed = 1;
}

static void wire_free(void *userdata)
{
	wire *self = userdata;
	while (self->all) {
		message *m = self->all;
		message told = *m;
		detach(m);
		m->fn = (message_fn){0};
		deliver(&told, KORCH_E_CLOSED);
		if (m->stage == MESSAGE_ARRIVED || m->stage == MESSAGE_LOST || m->stage == MESSAGE_ANSWER)
			free_message(m);
	}
	korch_timer_free(self->inbox);
	free(self);
}

void wire_heal(wire *self)
{
	self->is_cut = 0;
	korch_timer_set(self->inbox, korch_loop_now(self->loop));
}

void wire_new(korch_store **out, wire **made, network *net, korch_loop *loop)
{
	static korch_store_ops ops;
	ops = (korch_store_ops){.size = sizeof(ops),
	                        .name = "distant",
	                        .watch = wire_watch,
	                        .watch_next = wire_watch_next,
	                        .watch_revision = wire_watch_revision,
	                        .watch_free = wire_watch_free,
	                        .close = wire_close,
	                        .free = wire_free};
	message_calls(&ops);
	wire *self = calloc(1, sizeof(*self));
	self->net = net;
	self->loop = loop;
	self->last = &self->arrived;
	need(korch_timer_new(&self->inbox, loop, on_inbox, self));
	need(korch_store_register(out, &ops, self, NULL));
	*made = self;
}

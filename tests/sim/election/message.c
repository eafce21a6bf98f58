/* Calls as messages: copied from the process, done at the store, their answers kept. */
#include "message.h"

#include <stdlib.h>
#include <string.h>

/* A key of the message's own. */
static korch_key copy_key(message *m, size_t i, const korch_key *key)
{
	size_t space = strlen(key->namespace_ ? key->namespace_ : "") + 1;
	size_t name = strlen(key->name) + 1;
	m->names[i] = malloc(space + name);
	memcpy(m->names[i], key->namespace_ ? key->namespace_ : "", space);
	memcpy(m->names[i] + space, key->name, name);
	return (korch_key){key->kind, m->names[i], m->names[i] + space};
}

/* Answers of the store */

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	message *m = userdata;
	m->result = *result;
	message_done(m, code);
}

static void on_get(void *userdata, int code, const korch_object *object)
{
	message *m = userdata;
	m->object = korch_object_ref(object);
	message_done(m, code);
}

static void on_list(void *userdata, int code, const korch_list_page *page)
{
	message *m = userdata;
	if (page) {
		m->page = calloc(1, sizeof(*m->page));
		m->page->page = *page;
		m->page->objects = calloc(page->n + 1, sizeof(*m->page->objects));
		for (size_t i = 0; i < page->n; i++)
			m->page->objects[i] = korch_object_ref(page->objects[i]);
		m->page->continue_token = page->continue_token ? strdup(page->continue_token) : NULL;
		m->page->page.objects = m->page->objects;
		m->page->page.continue_token = m->page->continue_token;
	}
	message_done(m, code);
}

static void on_lease(void *userdata, int code, const korch_lease_state *state)
{
	message *m = userdata;
	if (state)
		m->state = *state;
	message_done(m, code);
}

static int commit(message *m)
{
	size_t n = m->n;
	m->n = 0; /* the store takes the objects */
	int code = korch_store_commit(m->net->store, m->writes, n, on_commit, m);
	for (size_t i = 0; i < n; i++)
		free(m->names[i]);
	return code;
}

int message_do(message *m)
{
	korch_store *store = m->net->store;
	switch ((message_type)m->type) {
	case MESSAGE_COMMIT:
		return commit(m);
	case MESSAGE_COMPACT:
		return korch_store_compact(store, m->number, on_commit, m);
	case MESSAGE_GET:
		return korch_store_get(store, &m->key, on_get, m);
	case MESSAGE_LIST:
		return korch_store_list(store, &m->query, on_list, m);
	case MESSAGE_GRANT:
		return korch_store_lease_grant(store, m->ttl_us, on_lease, m);
	case MESSAGE_RENEW:
		return korch_store_lease_renew(store, m->number, on_lease, m);
	case MESSAGE_REVOKE:
		return korch_store_lease_revoke(store, m->number, on_lease, m);
	}
	return KORCH_E_INTERNAL;
}

/* Calls of the process */

static int send(message *m, message_fn fn, void *userdata)
{
	m->fn = fn;
	m->userdata = userdata;
	message_send(m);
	return 0;
}

static int wire_commit(void *self, const korch_write *writes, size_t n, korch_commit_fn fn,
                       void *userdata)
{
	message *m = message_new(self, MESSAGE_COMMIT);
	((wire *)self)->commits++;
	m->n = n;
	m->writes = calloc(n, sizeof(*m->writes));
	m->names = calloc(n, sizeof(*m->names));
	for (size_t i = 0; i < n; i++) {
		m->writes[i] = writes[i];
		if (writes[i].op != KORCH_WRITE_PUT)
			m->writes[i].key = copy_key(m, i, &writes[i].key);
	}
	return send(m, (message_fn){.commit = fn}, userdata);
}

static int wire_get(void *self, const korch_key *key, korch_get_fn fn, void *userdata)
{
	message *m = message_new(self, MESSAGE_GET);
	m->n = 1;
	m->writes = calloc(1, sizeof(*m->writes));
	m->writes[0].op = KORCH_WRITE_CHECK;
	m->names = calloc(1, sizeof(*m->names));
	m->key = copy_key(m, 0, key);
	return send(m, (message_fn){.get = fn}, userdata);
}

static int wire_list(void *self, const korch_list_query *query, korch_list_fn fn, void *userdata)
{
	message *m = message_new(self, MESSAGE_LIST);
	m->query = *query;
	m->query.namespace_ = query->namespace_ ? strdup(query->namespace_) : NULL;
	m->query.continue_token = query->continue_token ? strdup(query->continue_token) : NULL;
	return send(m, (message_fn){.list = fn}, userdata);
}

static int wire_compact(void *self, uint64_t revision, korch_commit_fn fn, void *userdata)
{
	message *m = message_new(self, MESSAGE_COMPACT);
	m->number = revision;
	return send(m, (message_fn){.commit = fn}, userdata);
}

static int wire_grant(void *self, korch_usec ttl_us, korch_lease_fn fn, void *userdata)
{
	message *m = message_new(self, MESSAGE_GRANT);
	m->ttl_us = ttl_us;
	return send(m, (message_fn){.lease = fn}, userdata);
}

static int wire_renew(void *self, uint64_t lease, korch_lease_fn fn, void *userdata)
{
	message *m = message_new(self, MESSAGE_RENEW);
	m->number = lease;
	return send(m, (message_fn){.lease = fn}, userdata);
}

static int wire_revoke(void *self, uint64_t lease, korch_lease_fn fn, void *userdata)
{
	message *m = message_new(self, MESSAGE_REVOKE);
	m->number = lease;
	return send(m, (message_fn){.lease = fn}, userdata);
}

void message_calls(korch_store_ops *ops)
{
	ops->commit = wire_commit;
	ops->get = wire_get;
	ops->list = wire_list;
	ops->compact = wire_compact;
	ops->lease_grant = wire_grant;
	ops->lease_renew = wire_renew;
	ops->lease_revoke = wire_revoke;
}

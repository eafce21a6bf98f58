/* A controller for tests: see probe.h. */
#include "probe.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static int on_request(void *userdata, const korch_view *view, const korch_request *request,
                      korch_plan *plan, korch_error **err)
{
	probe *self = userdata;
	size_t length = strlen(self->log);
	snprintf(self->log + length, sizeof(self->log) - length, "%s ", request->key.name);
	if (self->n < 64) {
		self->times[self->n] = korch_view_now(view);
		self->attempts[self->n] = request->attempt;
	}
	self->n++;
	return self->act ? self->act(self, view, request, plan) : 0;
}

static void on_destroy(void *userdata)
{
	((probe *)userdata)->destroyed++;
}

void probe_add(probe *self, fixture *at, const korch_kind *kind)
{
	self->at = at;
	self->spec.size = sizeof(self->spec);
	if (!self->spec.name)
		self->spec.name = "test";
	self->spec.kind = kind;
	self->spec.reconcile = on_request;
	self->spec.userdata = self;
	self->spec.destroy = on_destroy;
	ck_assert_int_eq(korch_engine_add(&self->controller, at->engine, &self->spec, NULL), 0);
}

const korch_object *probe_object(const korch_view *view, const korch_request *request)
{
	return korch_view_get(view, request->key.kind, request->key.namespace_, request->key.name);
}

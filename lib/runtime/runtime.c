/* The handle of a runtime: registering a backend's table, refusing holes in it, and giving it back.
 */
#include "base/alloc.h"
#include <korch/sys/runtime.h>

struct korch_runtime {
	const korch_runtime_ops *ops;
	void *self;
};

static int has_required(const korch_runtime_ops *ops)
{
	return ops->set_listener && ops->prepare && ops->sandbox_create && ops->sandbox_remove &&
	       ops->start && ops->stop && ops->remove && ops->list && ops->capacity && ops->free;
}

static int has_promised(const korch_runtime_ops *ops)
{
	return (!(ops->capabilities & KORCH_RUNTIME_EXEC) || ops->exec) &&
	       (!(ops->capabilities & KORCH_RUNTIME_STATS) || ops->stats) &&
	       (!(ops->capabilities & KORCH_RUNTIME_VIRTUAL) || ops->probe);
}

int korch_runtime_register(korch_runtime **out, const korch_runtime_ops *ops, void *self,
                           korch_error **err)
{
	if (!out || !ops || ops->size < sizeof(*ops) || !ops->name || !*ops->name)
		return korch_error_set(
		    err, KORCH_E_INVALID,
		    "a runtime needs a table of functions of the known size, with a name");
	if (!has_required(ops) || !has_promised(ops))
		return korch_error_set(err, KORCH_E_INVALID,
		                       "runtime \"%s\": a function that is required or promised is missing",
		                       ops->name);
	korch_runtime *runtime = korch__alloc(sizeof(*runtime));
	if (!runtime)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	runtime->ops = ops;
	runtime->self = self;
	*out = runtime;
	return 0;
}

const korch_runtime_ops *korch_runtime_get_ops(const korch_runtime *runtime)
{
	return runtime->ops;
}

void *korch_runtime_get_self(const korch_runtime *runtime)
{
	return runtime->self;
}

const char *korch_runtime_name(const korch_runtime *runtime)
{
	return runtime ? runtime->ops->name : "";
}

void korch_runtime_free(korch_runtime *runtime)
{
	if (!runtime)
		return;
	runtime->ops->free(runtime->self);
	korch__free(runtime);
}

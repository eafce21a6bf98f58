/* What the scheduler of `korch up` decides with. */
#include "up/scheduler.h"
#include "tool.h"

#include <string.h>

static const char DEFAULT[] = "default-scheduler";

int up_scheduler_load(up_scheduler *self, const char *wish, korch_error **err)
{
	*self = (up_scheduler){.options.size = sizeof(self->options), .is_default = 1};
	if (!wish)
		return 0;
	self->is_given = 1;
	int code = tool_profile_load(&self->profiles, &self->options, "--scheduler-profile", wish, err);
	if (code < 0)
		return code;
	if (!self->profiles) { /* a built-in one is what pods that name no scheduler get */
		self->builtin = *self->options.profiles;
		self->builtin.name = DEFAULT;
		self->options.profiles = &self->builtin;
		return 0;
	}
	self->is_default = up_scheduler_has(self, DEFAULT);
	return 0;
}

int up_scheduler_has(const up_scheduler *self, const char *name)
{
	const char *wanted = name && *name ? name : DEFAULT;
	if (!self->is_given)
		return strcmp(wanted, DEFAULT) == 0;
	for (size_t i = 0; i < self->options.n_profiles; i++)
		if (strcmp(self->options.profiles[i].name, wanted) == 0)
			return 1;
	return 0;
}

void up_scheduler_fini(up_scheduler *self)
{
	korch_scheduler_profiles_free(self->profiles);
}

/*
 * Block strings: a length and a reference count in front of the bytes. Frequent short texts are
 * constants that cost no memory.
 */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/table.h"
#include "object/block.h"
#include <pthread.h>
#include <string.h>

enum { CONSTANT_MAX = 31, SLOTS = 512 };

typedef struct string_head {
	_Atomic uint32_t refs;
	uint32_t length;
} string_head;

typedef struct constant {
	string_head head;
	char text[CONSTANT_MAX + 1];
} constant;

#define C(s)                                                                                       \
	{                                                                                              \
		{KORCH__REFS_FOREVER, sizeof(s) - 1}, s                                                    \
	}

/* What nearly every object of a cluster says somewhere. */
static constant constants[] = {
    C(""),
    C("True"),
    C("False"),
    C("Unknown"),
    C("true"),
    C("false"),
    C("v1"),
    C("apps/v1"),
    C("batch/v1"),
    C("Pod"),
    C("Node"),
    C("Service"),
    C("ReplicaSet"),
    C("Deployment"),
    C("StatefulSet"),
    C("DaemonSet"),
    C("Job"),
    C("ConfigMap"),
    C("Secret"),
    C("Namespace"),
    C("EndpointSlice"),
    C("Lease"),
    C("Event"),
    C("Rollout"),
    C("IfNotPresent"),
    C("Never"),
    C("OnFailure"),
    C("ClusterFirst"),
    C("Default"),
    C("default-scheduler"),
    C("default"),
    C("kube-system"),
    C("/dev/termination-log"),
    C("File"),
    C("FallbackToLogsOnError"),
    C("TCP"),
    C("UDP"),
    C("SCTP"),
    C("HTTP"),
    C("HTTPS"),
    C("Always"),
    C("Running"),
    C("Pending"),
    C("Succeeded"),
    C("Failed"),
    C("Active"),
    C("Terminating"),
    C("Ready"),
    C("Initialized"),
    C("PodScheduled"),
    C("ContainersReady"),
    C("PodReadyToStartContainers"),
    C("Available"),
    C("Progressing"),
    C("ReplicaFailure"),
    C("BestEffort"),
    C("Burstable"),
    C("Guaranteed"),
    C("PreemptLowerPriority"),
    C("Completed"),
    C("Error"),
    C("ContainerCreating"),
    C("PodInitializing"),
    C("CrashLoopBackOff"),
    C("app"),
    C("name"),
    C("version"),
    C("tier"),
    C("component"),
    C("role"),
    C("env"),
    C("pod-template-hash"),
    C("web"),
    C("cpu"),
    C("memory"),
    C("ephemeral-storage"),
    C("pods"),
    C("nvidia.com/gpu"),
    C("Exists"),
    C("Equal"),
    C("In"),
    C("NotIn"),
    C("DoesNotExist"),
    C("Gt"),
    C("Lt"),
    C("NoSchedule"),
    C("NoExecute"),
    C("PreferNoSchedule"),
    C("RollingUpdate"),
    C("Recreate"),
    C("OnDelete"),
    C("25%"),
    C("ClusterIP"),
    C("NodePort"),
    C("LoadBalancer"),
    C("ExternalName"),
    C("None"),
    C("Cluster"),
    C("Local"),
    C("ClientIP"),
    C("IPv4"),
    C("IPv6"),
    C("SingleStack"),
    C("http"),
    C("https"),
    C("main"),
    C("Normal"),
    C("Warning"),
    C("Opaque"),
    C("kubernetes.io/hostname"),
    C("linux"),
    C("amd64"),
    C("arm64"),
    C("kubernetes.io/os"),
    C("kubernetes.io/arch"),
    C("latest"),
    C("status.podIP"),
    C("metadata.name"),
    C("metadata.namespace"),
    C("spec.nodeName"),
    C("data"),
    C("config"),
    C("MemoryPressure"),
    C("DiskPressure"),
    C("PIDPressure"),
    C("NetworkUnavailable"),
    C("0"),
    C("1"),
    C("100m"),
    C("200m"),
    C("500m"),
    C("64Mi"),
    C("128Mi"),
    C("256Mi"),
    C("512Mi"),
    C("1Gi"),
    C("2"),
    C("4"),
    C("Foreground"),
    C("Background"),
    C("Orphan"),
    C("kubernetes"),
    C("foregroundDeletion"),
    C("orphan"),
    C("/"),
    C("korch"),
    C("sh"),
    C("/bin/sh"),
    C("-c"),
};

static uint16_t slots[SLOTS]; /* index + 1 into constants, 0 = free */
static pthread_once_t slots_once = PTHREAD_ONCE_INIT;

static size_t slot_of(const char *text, size_t length)
{
	uint32_t hash = UINT32_C(2166136261);
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT32_C(16777619);
	return (hash ^ hash >> 15) % SLOTS;
}

static void fill_slots(void)
{
	for (size_t i = 0; i < KORCH_COUNT(constants); i++) {
		size_t at = slot_of(constants[i].text, constants[i].head.length);
		while (slots[at])
			at = (at + 1) % SLOTS;
		slots[at] = (uint16_t)(i + 1);
	}
}

static const char *constant_find(const char *text, size_t length)
{
	pthread_once(&slots_once, fill_slots);
	for (size_t at = slot_of(text, length); slots[at]; at = (at + 1) % SLOTS) {
		const constant *candidate = &constants[slots[at] - 1];
		if (candidate->head.length == length && memcmp(candidate->text, text, length) == 0)
			return candidate->text;
	}
	return NULL;
}

static string_head *head_of(const char *string)
{
	return (string_head *)(uintptr_t)string - 1;
}

const char *korch_string_new_n(const char *text, size_t length)
{
	if (!text || length >= UINT32_MAX)
		return NULL;
	if (length <= CONSTANT_MAX) {
		const char *known = constant_find(text, length);
		if (known)
			return known;
	}
	string_head *head = korch__alloc(sizeof(*head) + length + 1);
	if (!head)
		return NULL;
	atomic_init(&head->refs, 1);
	head->length = (uint32_t)length;
	char *string = (char *)(head + 1);
	memcpy(string, text, length);
	string[length] = '\0';
	return string;
}

const char *korch_string_new(const char *text)
{
	return text ? korch_string_new_n(text, strlen(text)) : NULL;
}

const char *korch_string_ref(const char *string)
{
	if (string)
		korch__refs_inc(&head_of(string)->refs);
	return string;
}

void korch_string_unref(const char *string)
{
	if (string && korch__refs_dec(&head_of(string)->refs))
		korch__free(head_of(string));
}

int korch_string_set(const char **slot, const char *text)
{
	const char *string = korch_string_new(text);
	if (text && !string)
		return KORCH_E_NOMEM;
	korch_string_unref(*slot);
	*slot = string;
	return 0;
}

void korch_string_share(const char **slot, const char *string)
{
	korch_string_ref(string);
	korch_string_unref(*slot);
	*slot = string;
}

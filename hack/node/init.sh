#!/bin/sh
# SPDX-License-Identifier: Apache-2.0

# Process 1 of a node's namespaces: makes its mounts and its network, says that it has, and reaps what is orphaned.
#
#     init.sh DIR [NAME OPTIONS]...
#
# DIR is the node's folder; it is /run/node within. NAME and OPTIONS: how each hierarchy of control groups is called and mounted.
set -eu
dir=$1
shift

# Through the /proc of outside, which knows us by another number.
read -r pid _ < /proc/self/stat

# What is mounted here is seen by nobody outside.
mount --make-rprivate /
umount -R -l /proc
mount -t proc proc /proc
umount -R -l /sys
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
while [ $# -gt 0 ]; do
    mkdir "/sys/fs/cgroup/$1"
    mount -t cgroup -o "$2" cgroup "/sys/fs/cgroup/$1"
    # As of `cpu,cpuacct`: programs look for each by its own name.
    for one in $(echo "$1" | tr , ' '); do
        [ -e "/sys/fs/cgroup/$one" ] || ln -s "$1" "/sys/fs/cgroup/$one"
    done
    shift 2
done

mount -t tmpfs -o mode=755 tmpfs /run
# A path that is short enough for sockets, wherever the folder is.
mkdir /run/node
mount --bind "$dir" /run/node

# Servers write where they like below these; nothing of it reaches the machine's.
for top in opt usr var; do
    mkdir -p /run/over/$top /run/work/$top
    mount -t overlay -o "lowerdir=/$top,upperdir=/run/over/$top,workdir=/run/work/$top" overlay /$top
done

# The kubelet sets these for the whole machine, unless it finds them set.
for setting in vm/overcommit_memory=1 kernel/panic=10 kernel/panic_on_oops=1; do
    file=/run/$(basename "${setting%=*}")
    echo "${setting#*=}" > "$file"
    mount --bind "$file" "/proc/sys/${setting%=*}"
done

# What the kubelet mounts for a pod is to be seen by the pod.
mount --make-rshared /

hostname ironcore-ni
ip link set lo up
# Not every kernel has `dummy`: a pair whose both ends are here carries the node's address.
ip link add node0 type veth peer name node1
ip address add 10.200.0.1/24 dev node0
ip link set node0 up
ip link set node1 up
ip route add default via 10.200.0.254 dev node0
echo 1 > /proc/sys/net/ipv4/ip_forward
# Where bridges are filtered at all, traffic between pods passes the rules of Services as well.
if [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then
    echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables
fi

echo "$pid" > /run/node/init.unfinished
mv /run/node/init.unfinished /run/node/init.pid
# A shell that waits reaps all of its children, also those that it did not start.
while :; do
    sleep 1000 &
    wait $!
done

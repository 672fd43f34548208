export { UserSkeleton as default } from "@/components/users/user-skeleton";

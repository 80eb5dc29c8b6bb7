export { OverviewSkeleton as default } from "../components/page-skeletons.tsx";
